/** Death between the parts of an online form, of the worker and of PostgreSQL: the statement is finished, and once. */
import type { Fault } from '../harness/faults';
import type { Files } from '../harness/trial';
import type { WirePoint } from '../harness/wire';
import { killedAt, postgresDiesAt } from './points';

/** Of a table with rows: each statement runs in several parts. */
const BLOCKING: Files = {
  '02_blocking': `ALTER TABLE account ADD CONSTRAINT rich CHECK (balance > 0);
ALTER TABLE account ADD CONSTRAINT account_email_key UNIQUE (email);
CREATE INDEX account_balance ON account (balance);
`,
  '03_last': 'UPDATE account SET balance = balance * 2;',
};

const PARTS: Record<string, WirePoint> = {
  'before a constraint is there': { sql: /CHECK .*NOT VALID/s, when: 'before' },
  'when a constraint is there and not validated': { sql: /VALIDATE CONSTRAINT/, when: 'before' },
  'when a constraint was validated and nobody told': { sql: /VALIDATE CONSTRAINT/, when: 'after' },
  'before an index of a key is built': { sql: /CREATE UNIQUE INDEX CONCURRENTLY/, when: 'before' },
  'when an index of a key was built and nobody told': { sql: /CREATE UNIQUE INDEX CONCURRENTLY/, when: 'after' },
  'when an index of a key is there and no key yet': { sql: /USING INDEX/, when: 'before' },
  'when a key was made of its index and nobody told': { sql: /USING INDEX/, when: 'after' },
  'when the last index was built and nobody told': { sql: /CREATE INDEX CONCURRENTLY/, when: 'after' },
};

function each(victim: string, dies: (point: WirePoint) => Fault): [string, Fault][] {
  return Object.entries(PARTS).map(([when, point]) => [`${victim} dies ${when}`, { ...dies(point), files: BLOCKING }]);
}

export const ONLINE_WORKER: Record<string, Fault> = Object.fromEntries(each('the worker', killedAt));
export const ONLINE_SERVER: Record<string, Fault> = Object.fromEntries(each('PostgreSQL', postgresDiesAt));
