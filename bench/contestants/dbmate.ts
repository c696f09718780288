/** dbmate: a file is sent whole, in a transaction unless it says otherwise. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { loadParser, parseScript } from '../../src/adapters/sql-parser';
import { AS_WRITTEN, segmentsOf, type Segment } from '../../src/policy/segments';
import { run } from '../../src/local/run';
import type { Contestant } from './contestant';
import type { PeerTool } from './peer-tool';
import { timedProcess } from './timed-process';

/** Its own project publishes the binary of each platform as a package. */
const PACKAGE = `@dbmate/${process.platform}-${process.arch}`;
const VERSION = '2.36.0';

export const DBMATE: PeerTool = {
  name: 'dbmate',
  how: `npm install ${PACKAGE}@${VERSION}`,
  bring: async (into) => {
    const npm = ['install', '--silent', '--ignore-scripts', '--prefix', into, `${PACKAGE}@${VERSION}`];
    const installed = await run('npm', npm, { timeoutMs: 300_000, cwd: into });
    if (!installed.ok) throw new Error(installed.reason);
    await rename(join(into, 'node_modules', PACKAGE, 'bin', 'dbmate'), join(into, 'dbmate'));
    await rm(join(into, 'node_modules'), { recursive: true });
  },
};

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
  const segments = segmentsOf(parseScript(sql), AS_WRITTEN);
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
