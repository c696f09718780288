/** Markers: which segments are committed, by whom and in which transaction. Each was written in the transaction that it speaks of. */
import type { Client } from '../postgres';
import { underFence, type Holder } from './fence';

/** `migration/<name>` of `migration/<name>@<checksum>`: names may hold an @, checksums have 64 digits. */
const MIGRATION_OF_SCRIPT = 'left(script, -65)';

/** Before the script's name once it is undone. */
const UNDONE = `format('undone/%s/', deployment)`;

function scriptsOf(migrations: string[]): string[] {
  return migrations.map((name) => `migration/${name}`);
}

/** The script that undoes a step: of the deployment that is undone, whichever deployment runs it. */
export function reversalKey(undo: string, step: number): string {
  return `${REVERSAL}${undo}/${step}`;
}

export function isReversal(script: string): boolean {
  return script.startsWith(REVERSAL);
}

const REVERSAL = 'reverse/';

export interface Marker {
  /** `intent`: a statement outside any transaction was about to run; the catalog tells how far it came. */
  state: 'intent' | 'committed';
  deployment: string;
}

/** Markers of many scripts at once, by script and segment; a script without any has an empty map. */
export async function markersOfAll(client: Client, scripts: string[]): Promise<Map<string, Map<number, Marker>>> {
  const { rows } = await client.query<{ script: string; segment: number } & Marker>(
    'SELECT script, segment, state, deployment FROM lockkeeper.marker WHERE script = ANY($1)',
    [scripts],
  );
  const all = new Map(scripts.map((script) => [script, new Map<number, Marker>()]));
  for (const { script, segment, state, deployment } of rows) all.get(script)?.set(segment, { state, deployment });
  return all;
}

/** Markers of one script (`migration/<name>@<checksum>` or `reverse/<deployment>/<step>`) by segment. */
export async function markersOf(client: Client, script: string): Promise<Map<number, Marker>> {
  return (await markersOfAll(client, [script])).get(script) ?? new Map<number, Marker>();
}

/** @throws ApplicationFailure Fenced */
export function forgetMarkers(client: Client, holder: Holder, script: string): Promise<void> {
  return underFence(client, holder, () => client.query('DELETE FROM lockkeeper.marker WHERE script = $1', [script]));
}

/** How many segments of these migrations a deployment committed, and how many of them and others it left a marker of. */
export async function segmentsDone(
  client: Client,
  deployment: string,
  migrations: string[],
): Promise<{ committed: number; marked: number }> {
  const { rows } = await client.query<{ committed: number; marked: number }>(
    `SELECT count(*) FILTER (WHERE state = 'committed')::int AS committed, count(*)::int AS marked
       FROM lockkeeper.marker WHERE deployment = $1 AND ${MIGRATION_OF_SCRIPT} = ANY($2)`,
    [deployment, scriptsOf(migrations)],
  );
  return rows[0] ?? { committed: 0, marked: 0 };
}

export interface MarkedSegment extends Pick<Marker, 'state'> {
  migration: string;
  segment: number;
}

/** The segments of these migrations that a deployment began outside a transaction or committed. */
export async function segmentsMarked(
  client: Client,
  deployment: string,
  migrations: string[],
): Promise<MarkedSegment[]> {
  const { rows } = await client.query<MarkedSegment>(
    `SELECT substr(${MIGRATION_OF_SCRIPT}, length('migration/') + 1) AS migration, segment, state
       FROM lockkeeper.marker WHERE deployment = $1 AND ${MIGRATION_OF_SCRIPT} = ANY($2)`,
    [deployment, scriptsOf(migrations)],
  );
  return rows;
}

/**
 * An intent that came to its end: committed where the effect is there, else as if it had never begun.
 * @throws ApplicationFailure Fenced
 */
export function settleIntent(
  client: Client,
  holder: Holder,
  deployment: string,
  { migration, segment }: MarkedSegment,
  isThere: boolean,
): Promise<void> {
  const change = isThere ? `UPDATE lockkeeper.marker SET state = 'committed'` : 'DELETE FROM lockkeeper.marker';
  return underFence(client, holder, () =>
    client.query(`${change} WHERE deployment = $1 AND ${MIGRATION_OF_SCRIPT} = $2 AND segment = $3`, [
      deployment,
      `migration/${migration}`,
      segment,
    ]),
  );
}

/** The transactions in which a deployment committed segments of these migrations (32-bit ids, as `xmin` shows them), also of those undone since. */
export async function transactionsOf(client: Client, deployment: string, migrations: string[]): Promise<string[]> {
  const { rows } = await client.query<{ xid: string }>(
    `SELECT DISTINCT xid FROM lockkeeper.marker
      WHERE deployment = $1 AND replace(${MIGRATION_OF_SCRIPT}, ${UNDONE}, '') = ANY($2)`,
    [deployment, scriptsOf(migrations)],
  );
  return rows.map(({ xid }) => xid);
}

/** What undone steps left: they prove nothing any more, and still tell whose rows are whose while older steps are undone. */
export async function markUndone(client: Client, deployment: string, migrations: string[]): Promise<void> {
  await client.query(
    `UPDATE lockkeeper.marker SET script = ${UNDONE} || script WHERE deployment = $1 AND ${MIGRATION_OF_SCRIPT} = ANY($2)`,
    [deployment, scriptsOf(migrations)],
  );
}
