/** The last migrations of whole projects, undone newest first without their down.sql: each comes back exactly, or is named. */
import { dirname } from 'node:path';
import { reversalsOf } from '../../bench/undone';
import { MIGRATIONS } from '../../bench/workloads';
import { pgBin, testDatabase, type TestDatabase } from '../support/database';

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const BEHIND_OTHERS = 'stood before others, and a column can only be added behind them';
const because = (what: string): string => `the inverses of its statements: ${what} ${BEHIND_OTHERS}`;

/** What has no way back, by project. */
const NAMED: Record<string, Record<string, string>> = {
  Broxiva: {},
  umami: {
    '19_add_session_replay': because('line 4: column board.slug'),
    '15_add_share': because('line 40: column website.share_id'),
    '09_update_hostname_region': because('line 18: column session.hostname'),
  },
  ghostfolio: {
    '20260820120000_removed_permissions_from_access': because('line 2: column Access.permissions'),
    '20260812120000_removed_is_draft_from_order': because('line 5: column Order.isDraft'),
    '20260805120000_removed_balance_from_account': because('line 2: column Account.balance'),
    '20260801103609_removed_is_excluded_from_account': because('line 21: column Account.isExcluded'),
  },
};

test.each([...MIGRATIONS])(
  '%s',
  async (project, dir) => {
    const found = await reversalsOf(database.url, dirname(pgBin('pg_dump')), dir);
    expect(found.length).toBeGreaterThan(10);
    const named = found.filter(({ source }) => source === 'none');
    expect(Object.fromEntries(named.map(({ migration, reason }) => [migration, reason]))).toEqual(NAMED[project]);
    expect(found.filter(({ source }) => source === 'engine-diff')).toEqual([]);
  },
  300_000,
);
