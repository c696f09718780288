/** A login of its own for a test: with its rights and no more, and what it made can be told from what others made. */
import { randomBytes } from 'node:crypto';
import { databaseUrl, onServer } from './database';

export interface TestRole {
  name: string;
  password: string;
  url(database: string): string;
  drop(): Promise<void>;
}

/** @param rights such as `CREATEDB`; without any it may only log in. */
export async function testRole(rights = '', password = randomBytes(12).toString('hex')): Promise<TestRole> {
  const name = `role_${randomBytes(6).toString('hex')}`;
  await onServer(`CREATE ROLE ${name} LOGIN ${rights} PASSWORD '${password}'`);
  return {
    name,
    password,
    url(database) {
      const url = new URL(databaseUrl(database));
      url.username = name;
      url.password = encodeURIComponent(password);
      return url.toString();
    },
    drop: () => onServer(`DROP ROLE IF EXISTS ${name}`),
  };
}
