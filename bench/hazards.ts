/** What Lockkeeper and squawk say of migrations that hurt, of migrations that do not, and of real ones. Nothing is timed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadParser, parseScript } from '../src/adapters/sql-parser';
import type { HazardFinding } from '../src/contract';
import { findHazards, TableFacts, HAZARDS, type DatabaseFacts } from '../src/policy/hazards';
import { describeScript, learn, scriptContext, Schema } from '../src/policy/statements';
import { BEFORE, HARMLESS, HAZARDOUS, type AdversarialCase } from '../test/policy/adversarial/cases';
import { corpusScripts } from '../test/policy/corpus';
import { findPeer } from './contestants/peer-tool';
import { SQUAWK, squawkRules, STYLE_RULES } from './contestants/squawk';
import { provenance } from './machine';
import type { BenchOptions } from './options';
import { table, type Section } from './results';

const OFFLINE: DatabaseFacts = { tables: {}, offline: true };

/** Who says what: `flags` answers for each of the scripts whether it calls it dangerous. */
interface Judge {
  name: string;
  flags(scripts: Script[]): Promise<boolean[]>;
}

interface Script {
  sql: string;
  database: DatabaseFacts;
  before: Schema;
  /** The finding that counts; null where any danger does. */
  hazard: AdversarialCase['hazard'];
}

export async function hazards(options: BenchOptions): Promise<Section> {
  await loadParser();
  const squawk = await findPeer(SQUAWK, options);
  const judges = [LOCKKEEPER, ...('missing' in squawk ? [] : squawkJudges(squawk.path, squawk.version))];
  const body = [
    provenance(options.command),
    '',
    'Found: hazardous migrations in which the danger was told (Lockkeeper: the very hazard, on its severity; squawk: any rule). False alarms: harmless ones called dangerous. Both read the files alone, Lockkeeper with the schema of the migrations before, as `plan --offline` does.',
    'The set is our own, and Lockkeeper was mended until it missed none of it: it says more of squawk than of Lockkeeper.',
    `Without style: ${STYLE_RULES.join(', ')} left out.`,
    ...('missing' in squawk ? ['', `Skipped: ${squawk.missing}.`] : []),
    '',
    '### Migrations written to mislead (`test/policy/adversarial`)',
    '',
    await adversarial(judges),
    '',
    '### Public projects, each migration as it came',
    '',
    'Nobody has judged these but their authors, who ran them: how many are called dangerous.',
    '',
    await corpus(judges),
    '',
    '### Dangers in the public projects, one by one',
    '',
    'As written, with sizes unknown: what the online form takes away is counted, what is left stands by its line.',
    '',
    ...dangersOneByOne(),
  ];
  return { name: 'hazards', body: body.join('\n') };
}

const LOCKKEEPER: Judge = {
  name: 'Lockkeeper',
  flags: (scripts) =>
    Promise.resolve(
      scripts.map(({ hazard, ...script }) =>
        findingsOf(script).some(({ id, severity }) =>
          hazard === null ? severity === 'danger' : id === hazard.id && severity === hazard.severity,
        ),
      ),
    ),
};

function findingsOf({ sql, database, before }: Omit<Script, 'hazard'>): HazardFinding[] {
  const statements = parseScript(sql);
  const facts = describeScript(statements, scriptContext(before, parseScript));
  return findHazards(statements, facts, new TableFacts(database), { schema: before, parse: parseScript });
}

function squawkJudges(path: string, version: string): Judge[] {
  const judge = (name: string, left: string[]): Judge => ({
    name: `squawk ${version}, ${name}`,
    flags: async (scripts) => {
      const folder = mkdtempSync(join(tmpdir(), 'lockkeeper-bench-hazards-'));
      try {
        const files = scripts.map(({ sql }, index) => {
          const file = join(folder, `${index}.sql`);
          writeFileSync(file, sql);
          return file;
        });
        const rules = await squawkRules(path, files);
        return files.map((file) => [...(rules.get(file) ?? [])].some((rule) => !left.includes(rule)));
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  });
  return [judge('all rules', []), judge('without style', STYLE_RULES)];
}

async function adversarial(judges: Judge[]): Promise<string> {
  const before = new Schema();
  const script = scriptContext(before, parseScript);
  describeScript(parseScript(BEFORE), script);
  Object.assign(before, script.schema, { complete: true });
  // What needs a database's sizes to be told apart is none of a linter's matter.
  const scripts = (cases: AdversarialCase[]): Script[] =>
    cases.filter(({ database }) => database.offline).map((each) => ({ ...each, before }));
  const [hazardous, harmless] = [scripts(HAZARDOUS), scripts(HARMLESS)];
  const rows: string[][] = [];
  for (const { name, flags } of judges) {
    const found = (await flags(hazardous)).filter(Boolean).length;
    const alarms = (await flags(harmless)).filter(Boolean).length;
    rows.push([name, `${found} of ${hazardous.length}`, `${alarms} of ${harmless.length}`]);
  }
  return table(['by', 'found', 'false alarms'], rows);
}

async function corpus(judges: Judge[]): Promise<string> {
  const projects = corpusScripts().filter(({ project }) => project !== 'broxiva');
  if (projects.length === 0) return 'They are not here.';
  const scripts = projects.map(({ migrations }) => history(migrations.map(({ sql }) => sql)));
  const rows: string[][] = [];
  for (const { name, flags } of judges) {
    const counts: string[] = [];
    for (const of of scripts) counts.push(`${(await flags(of)).filter(Boolean).length} of ${of.length}`);
    rows.push([name, ...counts]);
  }
  return table(['by', ...projects.map(({ project }) => project)], rows);
}

/** For a reviewer to say of each whether a team would stop for it. */
function dangersOneByOne(): string[] {
  return corpusScripts()
    .filter(({ project }) => project !== 'broxiva')
    .flatMap(({ project, migrations }) => {
      const scripts = history(migrations.map(({ sql }) => sql));
      const dangers = migrations.flatMap(({ name }, place) =>
        findingsOf(scripts[place] as Script)
          .filter(({ severity }) => severity === 'danger')
          .map(({ id, line, message }) => ({
            id,
            where: `${name}:${line}`,
            message: message.split(/(?<=[.:]) /)[0] ?? '',
          })),
      );
      const isSpared = new Set(
        HAZARDS.filter(({ onlineForm, handledApart }) => onlineForm || handledApart).map(({ id }) => id),
      );
      const left = dangers.filter(({ id }) => !isSpared.has(id));
      return [
        `${project}: ${dangers.length} dangers; ${dangers.length - left.length} have an online form.`,
        '',
        table(
          ['where', 'danger', 'what is said of it'],
          left.map(({ id, where, message }) => [where, id, message]),
        ),
        '',
      ];
    });
}

/** Each migration with what those before it left. */
function history(files: string[]): Script[] {
  const schema = new Schema();
  schema.complete = true;
  return files.map((sql) => {
    const before = schema.clone();
    const script = { ...scriptContext(schema, parseScript), schema };
    for (const statement of parseScript(sql)) learn(statement, script);
    return { sql, database: OFFLINE, before, hazard: null };
  });
}
