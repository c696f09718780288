/** Small migrations in which everything shows: twice, half, or in the wrong order leaves other rows or another schema. */
import type { Files } from './trial';

/** Deployed before every trial, so that "as it was before" is more than an empty database. */
export const BASE: Files = {
  '01_base': `CREATE TABLE account (id int PRIMARY KEY, email text NOT NULL, balance int NOT NULL);
INSERT INTO account SELECT n, 'user' || n || '@example.org', n FROM generate_series(1, 200) AS n;
`,
};

/** Three steps: one transaction, one file of three segments, one more transaction. */
export const FILES: Files = {
  '02_entries': {
    sql: `CREATE TABLE entry (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account int NOT NULL, amount int NOT NULL);
INSERT INTO entry (account, amount) SELECT id, balance FROM account ORDER BY id;
UPDATE account SET balance = balance + 1;
`,
    down: `UPDATE account SET balance = balance - 1;
DROP TABLE entry;
`,
  },
  '03_mixed': {
    sql: `ALTER TABLE account ADD COLUMN note text;
CREATE INDEX CONCURRENTLY account_email ON account (email);
UPDATE account SET note = balance || ' after';
`,
    down: `DROP INDEX account_email;
ALTER TABLE account DROP COLUMN note;
`,
  },
  '04_last': {
    sql: `UPDATE account SET balance = balance * 2;
CREATE VIEW rich AS SELECT * FROM account WHERE balance > 100;
`,
    down: `DROP VIEW rich;
UPDATE account SET balance = balance / 2;
`,
  },
};

/** One slow statement between two that show whether it ran; long enough to be seen: what follows waits for the sight of it. */
export const SLOW: Files = {
  '02_slow': {
    sql: `UPDATE account SET balance = balance + 1;
SELECT pg_sleep(3);
CREATE TABLE after_the_sleep (id int);
`,
    down: `DROP TABLE after_the_sleep;
UPDATE account SET balance = balance - 1;
`,
  },
  '03_last': { sql: 'UPDATE account SET balance = balance * 2;', down: 'UPDATE account SET balance = balance / 2;' },
};

/** A build outside any transaction that waits for whoever looks at the table. */
export const CONCURRENTLY: Files = {
  '02_index': 'CREATE INDEX CONCURRENTLY account_email ON account (email);',
  '03_last': { sql: 'UPDATE account SET balance = balance * 2;', down: 'UPDATE account SET balance = balance / 2;' },
};

/** Takes nothing away and changes no row that was there: undone without a question. */
export const ADDITIONS: Files = {
  '02_entries': 'CREATE TABLE entry (id int PRIMARY KEY, account int NOT NULL);',
  '03_mixed': `ALTER TABLE account ADD COLUMN note text;
CREATE INDEX CONCURRENTLY account_email ON account (email);
`,
};
