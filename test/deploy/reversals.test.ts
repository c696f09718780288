/** The last migrations of whole projects, undone newest first without their down.sql: each comes back, exactly or but for the order of columns that are named. */
import { dirname } from 'node:path';
import { reversalsOf } from '../../bench/undone';
import { MIGRATIONS } from '../../bench/workloads';
import { pgBin, testDatabase, type TestDatabase } from '../support/database';

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const behind = (what: string): string => `${what} comes back behind the others`;

/** What comes back in another place, by project: a dropped column can be added behind the others only. */
const NAMED: Record<string, Record<string, string>> = {
  Broxiva: {},
  umami: {
    '19_add_session_replay': behind('line 4: column board.slug'),
    '15_add_share': behind('line 40: column website.share_id'),
    '09_update_hostname_region':
      'line 18: column session.hostname comes back behind the others; line 17: column session.subdivision2 comes back behind the others',
  },
  ghostfolio: {
    '20260820120000_removed_permissions_from_access': behind('line 2: column Access.permissions'),
    '20260812120000_removed_is_draft_from_order': behind('line 5: column Order.isDraft'),
    '20260805120000_removed_balance_from_account': behind('line 2: column Account.balance'),
    '20260801103609_removed_is_excluded_from_account': behind('line 21: column Account.isExcluded'),
  },
};

test.each([...MIGRATIONS])(
  '%s',
  async (project, dir) => {
    const found = await reversalsOf(database.url, dirname(pgBin('pg_dump')), dir);
    expect(found.length).toBeGreaterThan(10);
    expect(found.filter(({ source, likeness }) => source !== 'inverses' || likeness === null)).toEqual([]);
    const named = found.filter(({ reason }) => reason !== null);
    expect(Object.fromEntries(named.map(({ migration, reason }) => [migration, reason]))).toEqual(NAMED[project]);
  },
  300_000,
);
