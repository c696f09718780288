/** Throw-away databases on the run's PostgreSQL server. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Client } from 'pg';

export interface TestDatabase {
  name: string;
  url: string;
  client: Client;
  drop(): Promise<void>;
}

/** A new, empty database and a connection to it; `template` makes it a copy. */
export async function testDatabase(template = 'template1'): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = databaseUrl(name);
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return {
    name,
    url,
    client,
    async drop() {
      await client.end().catch(() => undefined);
      await onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

export function databaseUrl(name: string): string {
  const url = new URL(serverUrl());
  url.pathname = `/${name}`;
  return url.toString();
}

/** Runs one statement in the server's maintenance database. */
export async function onServer(sql: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl() });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** Path of one of PostgreSQL's programs. */
export function pgBin(program: string): string {
  return join(required('LOCKKEEPER_PG_BIN'), program);
}

function serverUrl(): string {
  return required('LOCKKEEPER_TEST_PG_URL');
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run tests with "npm test".`);
  return value;
}
