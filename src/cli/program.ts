/** What the command line offers: every command with its options, on one page. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { lockkeeperVersion } from '../adapters/version';
import { BLOCK_LEVELS } from '../contract';
import { Cli, type CommonOptions, type Io } from './cli';
import { EXIT_CODE_HELP } from './exit-codes';
import { commands } from './commands';

type Run<Options> = (cli: Cli, options: Options, id?: string) => Promise<number>;
type Done = (exitCode: number) => void;

export function buildProgram(io: Io, done: Done): Command {
  const program = new Command('lockkeeper')
    .description('Durable, lock-aware deployments of Prisma migrations to PostgreSQL.')
    .version(lockkeeperVersion(), '-V, --version', 'print the version')
    .addHelpText('after', `\n${EXIT_CODE_HELP}`)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      // Reported once, by `run`, as every other error is.
      outputError: () => undefined,
    });
  const add = adder(io, done);
  addSetup(program, add);
  addDeployments(program, add);
  addDecisions(program, add);
  addSalvage(
    program
      .command('salvage')
      .description('Rows that an undo took out of the live tables, kept in schema lockkeeper_salvage.'),
    add,
  );
  addBackup(program.command('backup').description('Backups of one database: take, list, prove, restore.'), add);
  addMigrate(
    program
      .command('migrate')
      .description('Developer commands on one database; refused where the environment is protected.'),
    add,
  );
  return program;
}

type Add = <Options>(parent: Command, usage: string, description: string, load: () => Run<Options>) => Command;

/** Makes a command with the common options; its module loads when it runs, so that `--help` is instant. */
function adder(io: Io, done: Done): Add {
  return <Options>(parent: Command, usage: string, description: string, load: () => Run<Options>) =>
    parent
      .command(usage)
      .description(description)
      .option('--env <name>', 'environment of lockkeeper.yaml')
      .option('--target <name>', 'target of that environment')
      .option('--config <file>', 'configuration file (default: lockkeeper.yaml here or above)')
      .option('--json', 'one JSON object on stdout and nothing else')
      .option('--no-input', 'never ask; fail where an answer would be needed')
      .action(async function (this: Command) {
        const options = this.opts<CommonOptions & Options>();
        done(await load()(new Cli(io, options), options, this.args[0]));
      });
}

function addSetup(program: Command, add: Add): void {
  add(
    program,
    'doctor',
    'Check this machine and the configuration, and say how to mend what is wrong.',
    commands.doctor,
  );
  add(program, 'dev', 'Run a Temporal dev server with its UI and a worker, until Ctrl-C.', commands.dev);
  add(program, 'init', 'Write a lockkeeper.yaml for the project in this folder.', commands.init);
  add(program, 'worker', 'Run a worker until Ctrl-C.', commands.worker);
  add(program, 'slack', "Receive Slack's buttons until Ctrl-C.", commands.slack);
}

function addDeployments(program: Command, add: Add): void {
  add(program, 'plan', 'Show what a deployment would do, and change nothing.', commands.plan)
    .option('--offline', 'judge the files alone, without a database')
    .option('--from <migration>', 'with --offline: this migration and later ones; earlier ones count as applied')
    .option('--postgres <version>', 'with --offline: the major version of the server, 14 to 18', serverMajor)
    .option('--brief', 'only the dangers among the findings')
    .option('--markdown', 'as Markdown, for a pull request')
    .option('--html', 'as one HTML page, for a person')
    .option('--github', 'as annotations of a GitHub workflow')
    .option('--checklist', 'as the pre-deployment checklist with its sign-off form, filled in as far as it is known')
    .option('--stakeholders', 'as a page for people: what changes, risk, impact, tests, rollback, whom to tell')
    .option('--out <file>', 'write it to a file')
    .option('--check', 'with --out: write nothing, and exit 1 where the file is not what would be written')
    .addOption(
      new Option(
        '--block <severity>',
        'exit 7 from this severity on (default: policy.block of the environment)',
      ).choices(BLOCK_LEVELS),
    );
  add(program, 'deploy', 'Deploy the pending migrations, and watch.', commands.deploy).option(
    '--detach',
    'start it, print its id and return',
  );
  add(program, 'status [id]', 'Show a deployment once (default: the latest).', commands.status);
  add(program, 'watch [id]', 'Follow a deployment to its end (default: the latest).', commands.watch).option(
    '--no-wait',
    'stop with exit code 5 when it waits for approval',
  );
  add(program, 'history', 'List deployments, newest first.', commands.history).option(
    '--limit <n>',
    'how many',
    positiveInteger,
    20,
  );
  add(program, 'report [id]', 'Print the evidence of a deployment (default: the latest).', commands.report)
    .option('--format <format>', 'md, html or json', 'md')
    .option('--out <file>', 'write it to a file');
}

function addDecisions(program: Command, add: Add): void {
  const yes = ['--yes', 'do not ask for confirmation'] as const;
  add(program, 'approve [id]', 'Approve what a deployment waits for.', commands.approve)
    .option('--reason <text>', 'kept in the audit trail')
    .option(...yes);
  add(program, 'reject [id]', 'Reject what a deployment waits for.', commands.reject)
    .requiredOption('--reason <text>', 'kept in the audit trail')
    .option(...yes);
  add(
    program,
    'abort [id]',
    'Stop a deployment: before it migrates it just ends, after that it undoes what it did.',
    commands.abort,
  )
    .option('--reason <text>', 'kept in the audit trail')
    .option(...yes);
  add(program, 'rollback [id]', 'Undo what a finished deployment did, and watch.', commands.rollback)
    .option('--strategy <strategy>', 'auto, reverse or restore (default: auto)')
    .option('--detach', 'start it, print its id and return')
    .option(...yes);
}

function addSalvage(salvage: Command, add: Add): void {
  const yes = ['--yes', 'do not ask for confirmation'] as const;
  add(salvage, 'list', 'List the rows that are kept, newest first.', commands.salvageList);
  add(salvage, 'restore <number>', 'Put kept rows back into the live table, all or none.', commands.salvageRestore)
    .option('--overwrite', 'also where the live row has another value of the column by now')
    .option(...yes);
  add(salvage, 'drop <number>', 'Drop kept rows for good.', commands.salvageDrop).option(...yes);
}

function addBackup(backup: Command, add: Add): void {
  add(backup, 'create', 'Take a backup now, on this host.', commands.backupCreate);
  add(backup, 'list', 'List the backups of a target, newest first, and which are verified.', commands.backupList);
  add(
    backup,
    'verify [id]',
    'Restore a backup into a scratch database, compare everything, and drop it (default: the newest).',
    commands.backupVerify,
  );
  add(
    backup,
    'restore [id]',
    'Restore a backup into a new database, never over one (default: the newest).',
    commands.backupRestore,
  ).option('--database <name>', 'name of the new database (default: <database>_restored_<time of the backup>)');
}

function addMigrate(migrate: Command, add: Add): void {
  const yes = ['--yes', 'do not ask for confirmation'] as const;
  add(
    migrate,
    'status',
    'Compare the migrations with the database: pending, failed, edited, missing.',
    commands.migrateStatus,
  );
  add(
    migrate,
    'dev',
    'Write a migration for what changed in the schema, and apply what is pending.',
    commands.migrateDev,
  )
    .option('--name <name>', 'name of the new migration')
    .option('--create-only', 'write the migration and do not apply it')
    .option(...yes);
  add(
    migrate,
    'reset',
    'Drop everything in the database and apply all migrations again.',
    commands.migrateReset,
  ).option(...yes);
  add(migrate, 'push', 'Bring the database to the schema without a migration.', commands.migratePush).option(
    '--accept-data-loss',
    'also where rows or columns are lost',
  );
  add(
    migrate,
    'resolve',
    'Say what is provable of failed migrations, or correct the record of one that a person has settled.',
    commands.migrateResolve,
  )
    .option('--applied <migration>', 'record it as applied')
    .option('--rolled-back <migration>', 'record it as rolled back')
    .option(...yes);
}

function serverMajor(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 14) throw new InvalidArgumentError('It must be 14 or newer.');
  return value;
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number above 0.');
  return value;
}
