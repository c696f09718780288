/** goose: one transaction a file where the file allows it, statements split at the ends of lines. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadParser, parseScript, type ParsedStatement } from '../../src/adapters/sql-parser';
import { AS_WRITTEN, segmentsOf } from '../../src/policy/segments';
import { onPath, run } from '../../src/local/run';
import type { Contestant } from './contestant';
import type { PeerTool } from './peer-tool';
import { timedProcess } from './timed-process';

const MODULE = 'github.com/pressly/goose/v3/cmd/goose';

export const GOOSE: PeerTool = {
  name: 'goose',
  how: `go install ${MODULE}@latest`,
  bring: async (into) => {
    if (!onPath('go')) throw new Error('there is no go to build it with');
    const env = { ...process.env, GOBIN: into };
    const built = await run('go', ['install', `${MODULE}@latest`], { env, timeoutMs: 600_000 });
    if (!built.ok) throw new Error(built.reason);
  },
};

export function goose(path: string, version: string): Contestant {
  return {
    name: `goose ${version}`,
    prepare: async (server, { id, pending }) => {
      await loadParser();
      const folder = join(server.folder, `goose-${id}`);
      mkdirSync(folder, { recursive: true });
      for (const [position, { name, sql }] of pending.entries()) {
        writeFileSync(join(folder, `${String(position + 1).padStart(5, '0')}_${name}.sql`), gooseFile(sql));
      }
      return { timed: (url) => timedProcess(path, ['-dir', folder, 'postgres', `${url}?sslmode=disable`, 'up']) };
    },
  };
}

/** What is more than one of our segments cannot be one transaction. */
function gooseFile(sql: string): string {
  const statements = parseScript(sql);
  const segments = segmentsOf(statements, AS_WRITTEN);
  const transactional = segments.length === 1 && segments[0]?.kind === 'transaction';
  return [
    ...(transactional ? [] : ['-- +goose NO TRANSACTION']),
    '-- +goose Up',
    ...statements.map(gooseStatement),
    '',
  ].join('\n');
}

/** goose takes a semicolon at the end of a line for the end of a statement, in a function's body too. */
function gooseStatement({ text }: ParsedStatement): string {
  return text.includes(';') ? `-- +goose StatementBegin\n${text};\n-- +goose StatementEnd` : `${text};`;
}
