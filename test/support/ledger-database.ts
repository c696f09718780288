/** A database with the ledger, and an application's sessions beside the test's own. */
import type { Client } from 'pg';
import { ensureLedger } from '../../src/adapters/ledger/schema';
import { loadParser } from '../../src/adapters/sql-parser';
import { testDatabase, type TestDatabase } from './database';
import { Sessions } from './sessions';

export interface LedgerDatabase {
  readonly client: TestDatabase['client'];
  readonly name: string;
  readonly url: string;
  /** @param url of another role, say. */
  session: (application?: string, url?: string) => Promise<Client>;
}

/** Made anew for each test of the file. @param script makes what is there before the test. */
export function ledgerDatabase(script: string): LedgerDatabase {
  let database: TestDatabase;
  const sessions = new Sessions();
  beforeEach(async () => {
    await loadParser();
    database = await testDatabase();
    await ensureLedger(database.client);
    await database.client.query(`SET search_path = public; ${script}`);
  });
  afterEach(async () => {
    await sessions.end();
    await database.drop();
  });
  return {
    get client() {
      return database.client;
    },
    get name() {
      return database.name;
    },
    get url() {
      return database.url;
    },
    session: (application, url = database.url) => sessions.open(url, application),
  };
}
