/** Every command in the documents exists, with the options that it is written with; every link leads somewhere. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { buildProgram } from '../../src/cli/program';
import { anchor, documents, fenced, prose, ROOT, type Line } from './documents';

const silent = new PassThrough();
const program = buildProgram({ stdout: silent, stderr: silent, env: {}, cwd: ROOT, isTTY: false }, () => undefined);
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

const DOCUMENTS = documents();
/** Steps of CI jobs in yaml are commands as well. */
const STEPS = DOCUMENTS.flatMap((document) => fenced(document, 'yaml')).map(({ at, text }): Line => ({
  at,
  text: text.replace(/^- (run: )?/, ''),
}));
const BASH = [...DOCUMENTS.flatMap((document) => fenced(document, 'bash')), ...STEPS];
/** Inline code is held to the same: `lockkeeper approve <id>`. */
const INLINE = DOCUMENTS.flatMap((document) =>
  [...prose(document).matchAll(/`(lockkeeper [^`]+|npm run [^`]+|\.\/scripts\/[^`]+)`/g)].map(
    ([, text = '']): Line => ({ at: document.path, text }),
  ),
);

/** Words of the simple commands in a line: comments, pipes, `&&` and assignments in front are left out. */
function commandsIn({ at, text }: Line): { at: string; words: string[] }[] {
  const bare = text.replace(/(^|\s)#.*$/, '');
  return (
    bare
      .split(/\s*(?:&&|\|\||\||;)\s*/)
      .map((part) => part.match(/"[^"]*"|'[^']*'|\S+/g) ?? [])
      // Where the output goes is the shell's business.
      .map((words) => words.filter((word, index) => !/^2?>/.test(word) && !/^2?>>?$/.test(words[index - 1] ?? '')))
      .map((words) => words.slice(words.findIndex((word) => !/^(\$|[A-Z_]+=.*|export|sudo|npx|exec|if|!)$/.test(word))))
      .map((words) =>
        words[0] === 'node' && words[1] === 'bin/lockkeeper.js' ? ['lockkeeper', ...words.slice(2)] : words,
      )
      .map((words) => ({ at, words }))
  );
}

/** What is wrong with `lockkeeper <words>`, or ''. */
function mistakeIn(words: string[]): string {
  let command: Command = program;
  let rest = words;
  for (;;) {
    const [next] = rest;
    const sub = command.commands.find((candidate) => candidate.name() === next);
    if (!sub) break;
    command = sub;
    rest = rest.slice(1);
  }
  // The program itself has options, and no operands.
  if (command === program && rest[0] !== undefined && !rest[0].startsWith('-')) return `no command ${rest[0]}`;
  const operands: string[] = [];
  for (let index = 0; index < rest.length; index++) {
    const word = (rest[index] ?? '').replace(/[[\]]/g, '');
    if (word === '--help' || word === 'or') continue;
    if (!word.startsWith('-')) {
      operands.push(word);
      continue;
    }
    const [flag = '', value] = word.split('=');
    const option = command.options.find((candidate) => candidate.long === flag || candidate.short === flag);
    if (!option) return `${command.name()} has no option ${flag}`;
    if (option.required && value === undefined) index++;
  }
  if (operands.length > command.registeredArguments.length) return `${command.name()} takes no ${operands.join(' ')}`;
  return '';
}

/** What is wrong with `npm run <words>`, or ''. */
function npmMistake(words: string[]): string {
  const [name = '', ...args] = words.filter((word) => !/^(-s|--silent)$/.test(word));
  const script = scripts[name];
  if (script === undefined) return `package.json has no script ${name}`;
  const cli = /^node bin\/lockkeeper\.js (.*)$/.exec(script)?.[1];
  const passed = args[0] === '--' ? args.slice(1) : args;
  return cli === undefined ? '' : mistakeIn([...cli.split(' '), ...passed]);
}

function mistakes(lines: Line[]): string[] {
  return lines.flatMap(commandsIn).flatMap(({ at, words }) => {
    const [program, ...args] = words;
    let mistake = '';
    if (program === 'lockkeeper') mistake = mistakeIn(args);
    else if (program === 'npm' && args[0] === 'run') mistake = npmMistake(args.slice(1));
    else if (program?.startsWith('./scripts/'))
      mistake = existsSync(join(ROOT, program)) ? '' : `there is no ${program}`;
    return mistake === '' ? [] : [`${at}: ${words.join(' ')}: ${mistake}`];
  });
}

test('commands in bash blocks exist, with their options', () => {
  expect(mistakes(BASH)).toEqual([]);
});

test('commands in inline code exist, with their options', () => {
  expect(mistakes(INLINE)).toEqual([]);
});

test('there are commands to check', () => {
  const checked = [...BASH, ...INLINE].flatMap(commandsIn).filter(({ words }) => words[0] === 'lockkeeper');
  expect(checked.length).toBeGreaterThan(50);
});

test('every command of the program is in the README and in the quick reference', () => {
  const leaves = program.commands.flatMap((command) =>
    command.commands.length > 0 ? command.commands.map((sub) => `${command.name()} ${sub.name()}`) : [command.name()],
  );
  for (const path of ['README.md', join('docs', 'MIGRATION_QUICK_REFERENCE.md')]) {
    const text = DOCUMENTS.find((document) => document.path === path)?.text ?? '';
    expect(leaves.filter((name) => !text.includes(`lockkeeper ${name}`))).toEqual([]);
  }
});

test('every relative link leads to a file, and its anchor to a heading', () => {
  const broken = DOCUMENTS.flatMap(({ path, text }) =>
    [...prose({ path, text }).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
      if (/^[a-z]+:/.test(target)) return [];
      const [file = '', fragment] = target.split('#');
      const full = file === '' ? join(ROOT, path) : join(ROOT, dirname(path), file);
      if (!existsSync(full)) return [`${path}: ${target}`];
      if (fragment === undefined || !full.endsWith('.md')) return [];
      const headings = [...readFileSync(full, 'utf8').matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) =>
        anchor(heading),
      );
      return headings.includes(fragment) ? [] : [`${path}: ${target} (no such heading)`];
    }),
  );
  expect(broken).toEqual([]);
});

/** Folders of the repository; what is made at run time (backups/, reports/, logs/) is not here. */
const SOURCE_PATH = /`((?:src|test|docs|scripts|prisma|bench|bin)\/[A-Za-z0-9_./-]+)`/g;

test('every file of the repository that a document names is there', () => {
  const absent = DOCUMENTS.flatMap((document) =>
    [...prose(document).matchAll(SOURCE_PATH)].flatMap(([, path = '']) =>
      existsSync(join(ROOT, path)) ? [] : [`${document.path}: ${path}`],
    ),
  );
  expect(absent).toEqual([]);
});

test('migrations that a document names are there', () => {
  const named = DOCUMENTS.flatMap((document) =>
    [...document.text.matchAll(/\b(2025\d+_[a-z0-9_]+)\b/g)].map(([, name = '']) => `${document.path}: ${name}`),
  ).filter((entry) => !existsSync(join(ROOT, 'prisma', 'migrations', entry.split(': ')[1] ?? '')));
  // The handbook shows how folders of new migrations are called.
  expect(named.filter((entry) => !entry.includes('_example_'))).toEqual([]);
});
