/** The table of rooms in docs/ARCHITECTURE.md against what each room imports. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { ROOT } from './documents';

const SRC = join(ROOT, 'src');

interface Room {
  names: string[];
  mayImport: (room: string, typesOnly: boolean) => boolean;
}

function rooms(): Room[] {
  const text = readFileSync(join(ROOT, 'docs', 'ARCHITECTURE.md'), 'utf8');
  const rows = text.split('\n').filter((line) => line.startsWith('| `src/'));
  return rows.map((row) => {
    const [, name = '', , allowed = ''] = row.split(' | ').length === 3 ? ['', ...row.slice(2).split(' | ')] : [];
    const names = [...name.matchAll(/`src\/([a-z-]+)(?:\.ts|\/)`/g)].map(([, room = '']) => room);
    const listed = [...allowed.matchAll(/`([a-z-]+)`/g)].map(([, room = '']) => room);
    const typesOnly = allowed.includes('types only')
      ? listed.filter((room) => ['adapters', 'activities'].includes(room))
      : [];
    if (allowed.startsWith('any but')) return { names, mayImport: (room) => !listed.includes(room) };
    if (allowed.startsWith('any')) return { names, mayImport: () => true };
    return { names, mayImport: (room, asType) => listed.includes(room) && (asType || !typesOnly.includes(room)) };
  });
}

/** `cli` of src/cli/run.ts, `client` of src/client.ts. */
function roomOf(file: string): string {
  return relative(SRC, file).split('/')[0]?.replace(/\.ts$/, '') ?? '';
}

function sourceFiles(): string[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(SRC, name));
}

function importsOf(file: string): { room: string; typesOnly: boolean }[] {
  const text = readFileSync(file, 'utf8');
  const statements = [...text.matchAll(/^(?:import|export)\s+(type\s)?[^;'"]*?from\s+'(\.[^']+)'/gms)];
  return statements.map(([, type, path = '']) => {
    const target = resolve(dirname(file), path);
    const found = [`${target}.ts`, join(target, 'index.ts')].find(
      (candidate) => existsSync(candidate) && statSync(candidate).isFile(),
    );
    return { room: roomOf(found ?? target), typesOnly: type !== undefined };
  });
}

test('every room is in the table', () => {
  const inTable = rooms().flatMap(({ names }) => names);
  expect([...new Set(sourceFiles().map(roomOf))].sort()).toEqual([...inTable].sort());
});

test('no room imports what the table does not allow', () => {
  const table = new Map(rooms().flatMap((room) => room.names.map((name) => [name, room] as const)));
  const broken = sourceFiles().flatMap((file) => {
    const own = table.get(roomOf(file));
    return importsOf(file)
      .filter(
        ({ room, typesOnly }) =>
          room !== roomOf(file) && !own?.names.includes(room) && own?.mayImport(room, typesOnly) !== true,
      )
      .map(({ room }) => `${relative(ROOT, file)} imports ${room}`);
  });
  expect(broken).toEqual([]);
});
