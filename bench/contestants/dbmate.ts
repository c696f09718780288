/** dbmate: a file is sent whole, in a transaction unless it says otherwise. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadParser, parseScript } from '../../src/adapters/sql-parser';
import { segmentsOf, type Segment } from '../../src/policy/segments';
import type { Contestant } from './contestant';
import { timedProcess } from './timed-process';

export const DBMATE_MODULE = 'github.com/amacneil/dbmate/v2';

export function dbmate(path: string, version: string): Contestant {
  return {
    name: `dbmate ${version}`,
    prepare: async (server, { id, pending }) => {
      await loadParser();
      const folder = join(server.folder, `dbmate-${id}`);
      mkdirSync(folder, { recursive: true });
      const files = pending.flatMap(({ name, sql }) => dbmateFiles(name, sql));
      for (const [position, { name, text }] of files.entries()) {
        writeFileSync(join(folder, `${String(position + 1).padStart(5, '0')}_${name}.sql`), text);
      }
      return {
        timed: (url) =>
          timedProcess(path, [
            '--url',
            `${url}?sslmode=disable`,
            '--migrations-dir',
            folder,
            '--no-dump-schema',
            'migrate',
          ]),
      };
    },
  };
}

/** A file sent whole is one transaction to PostgreSQL, declared or not: what must not be one is cut into files. */
function dbmateFiles(name: string, sql: string): { name: string; text: string }[] {
  const segments = segmentsOf(parseScript(sql));
  return segments.map((segment, position) => ({
    name: segments.length === 1 ? name : `${name}_${position + 1}`,
    text: dbmateFile(segment),
  }));
}

function dbmateFile({ kind, statements }: Segment): string {
  const transaction = kind === 'transaction' ? '' : ' transaction:false';
  return [`-- migrate:up${transaction}`, ...statements.map(({ text }) => `${text};`), '', '-- migrate:down', ''].join(
    '\n',
  );
}
