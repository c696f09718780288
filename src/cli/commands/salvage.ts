import { withSession, type Client } from '../../adapters/postgres';
import { forgetSalvage, putBack, salvages } from '../../adapters/salvage';
import { salvageName, type Salvage } from '../../adapters/salvage-schema';
import { UsageError } from '../../errors';
import { moment } from '../../report/format';
import type { Cli } from '../cli';
import { confirm } from '../confirm';
import { openTarget, where, type Developer } from '../developer';
import { ExitCode } from '../exit-codes';
import { table } from '../view/table';
import { plain } from '../view/text';
import { plural } from '../../policy/words';

export interface SalvageOptions {
  yes?: boolean;
  overwrite?: boolean;
}

export async function salvageList(cli: Cli): Promise<number> {
  const kept = await onTarget(openTarget(cli), (client) => salvages(client));
  cli.answer({ salvages: kept }, kept.length === 0 ? 'No rows are kept.' : list(cli, kept));
  return ExitCode.Ok;
}

/** Allowed on protected environments: it asks, and takes nothing away. */
export async function salvageRestore(cli: Cli, options: SalvageOptions, id?: string): Promise<number> {
  const developer = openTarget(cli);
  const number = numberOf(id);
  const action = `put salvage ${number} back into ${where(developer)}`;
  await confirm(cli, { action, typed: typedName(developer), yes: options.yes ?? false });
  const { entry, rows } = await onTarget(developer, (client) => putBack(client, number, options.overwrite ?? false));
  const kept = `The kept rows stay until "lockkeeper salvage drop ${number}".`;
  cli.answer(
    { salvage: number, rows },
    `${rows} of ${plural(entry.rows, 'row')} are back in ${plain(salvageName(entry))}. ${kept}`,
  );
  return ExitCode.Ok;
}

export async function salvageDrop(cli: Cli, options: SalvageOptions, id?: string): Promise<number> {
  const developer = openTarget(cli);
  const number = numberOf(id);
  const action = `drop the rows of salvage ${number} in ${where(developer)} for good`;
  await confirm(cli, { action, typed: typedName(developer), yes: options.yes ?? false });
  const { rows } = await onTarget(developer, (client) => forgetSalvage(client, number));
  cli.answer({ salvage: number, rows }, `Salvage ${number} with its ${plural(rows, 'row')} is gone.`);
  return ExitCode.Ok;
}

function numberOf(id: string | undefined): number {
  if (!/^[1-9]\d{0,8}$/.test(id ?? ''))
    throw new UsageError(`${id ?? ''} is no number of a salvage; "lockkeeper salvage list" shows them.`);
  return Number(id);
}

function typedName(developer: Developer): string | null {
  return developer.target.environment.protected ? where(developer) : null;
}

function onTarget<T>({ url }: Developer, work: (client: Client) => Promise<T>): Promise<T> {
  return withSession(url, { applicationName: 'lockkeeper/salvage', lockTimeoutMs: 5_000 }, work);
}

function list(cli: Cli, kept: Salvage[]): string {
  const rows = kept.map((entry) => [
    String(entry.id),
    plain(salvageName(entry)),
    String(entry.rows),
    entry.source,
    entry.deployment,
    moment(entry.keptAt.toISOString()),
    entry.putBackAt === null ? '' : moment(entry.putBackAt.toISOString()),
    plain(`lockkeeper_salvage.${entry.keptIn}`),
  ]);
  const head = ['salvage', 'rows of', 'rows', 'from', 'deployment', 'kept', 'put back', 'kept in'];
  return table(head, rows, cli.colors);
}
