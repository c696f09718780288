/** After a statement has failed on a copy: how many rows were in its way, for people who may not see what is in them. */
import { countRows } from './count-rows';
import type { RowsQuestion } from '../policy/rows-in-the-way';
import type { Client } from './postgres';

/** Each question by itself: it may ask for what the failed transaction took with it. */
export async function rowsInTheWay(client: Client, questions: RowsQuestion[]): Promise<string | null> {
  await client.query(`SET statement_timeout = '15s'`);
  for (const question of questions) {
    const answer = await ask(client, question).catch(() => null);
    if (answer !== null) return answer;
  }
  return null;
}

async function ask(client: Client, { of, table, query }: RowsQuestion): Promise<string | null> {
  const where = table === '' ? '' : ` of ${table}`;
  const rows = typeof query === 'string' ? await countFound(client, query) : await failing(client, query);
  if (rows === 0) return null;
  const [noun, are] = rows === 1 ? [of, 'is'] : [`${of}s`, 'are'];
  return of === 'value'
    ? `${rows} ${noun} ${rows === 1 ? 'stands' : 'stand'} in more than one row.`
    : `${rows} ${noun}${where} ${are} in the way.`;
}

/** Of a query for the rows that break a rule. */
export function countFound(client: Client, query: string): Promise<number> {
  return countRows(client, `(${query}) AS found`);
}

/** A cast cannot be asked whether it would succeed before PostgreSQL 16, and an expression never: it is tried row by row. */
async function failing(
  client: Client,
  { quoted, expression }: Exclude<RowsQuestion['query'], string>,
): Promise<number> {
  await client.query(`CREATE OR REPLACE FUNCTION pg_temp.lockkeeper_failing() RETURNS bigint LANGUAGE plpgsql AS $lockkeeper$
    DECLARE place tid; failed bigint := 0;
    BEGIN
      FOR place IN SELECT ctid FROM ${quoted} LOOP
        BEGIN
          EXECUTE ${client.escapeLiteral(`SELECT ${expression} FROM ${quoted} WHERE ctid = $1`)} USING place;
        EXCEPTION WHEN data_exception THEN failed := failed + 1;
        END;
      END LOOP;
      RETURN failed;
    END $lockkeeper$`);
  return countFound(client, 'SELECT FROM generate_series(1, (SELECT pg_temp.lockkeeper_failing()))');
}
