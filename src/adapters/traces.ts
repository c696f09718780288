/** What Lockkeeper left in a database and on its server: read only, for whoever has to find out where an interrupted deployment stands. */
import { ledgerExists } from './ledger/registrations';
import type { Client } from './postgres';
import { appliedMigrations } from './prisma-history';
import { deploymentOfScratch, SCRATCH_PREFIX } from './scratch';

export interface Traces {
  /** Newest first. */
  deployments: DeploymentTrace[];
  scratch: ScratchTrace[];
  sessions: SessionTrace[];
}

export interface DeploymentTrace {
  id: string;
  migrations: MigrationTrace[];
}

export interface MigrationTrace {
  name: string;
  /** By the history, whoever ran it. */
  applied: boolean;
  /** Segments that the deployment committed or began, and has not undone. */
  marked: number;
}

/** A scratch database; of any deployment, also of another database's. */
export interface ScratchTrace {
  name: string;
  deployment: string;
  sessions: number;
  /** Variable that names its server; null where that is the target's. */
  server: string | null;
}

/** A session in this database that bears a deployment's name. */
export interface SessionTrace {
  pid: number;
  application: string;
  deployment: string;
  state: string;
}

export async function tracesIn(client: Client): Promise<Traces> {
  return {
    deployments: (await ledgerExists(client)) ? await deploymentsIn(client) : [],
    scratch: await scratchBeside(client),
    sessions: await sessionsIn(client),
  };
}

async function deploymentsIn(client: Client): Promise<DeploymentTrace[]> {
  const applied = new Set(await appliedMigrations(client));
  const { rows } = await client.query<{ id: string; migrations: { name: string; marked: number }[] }>(
    `WITH marked AS (
       SELECT deployment, left(script, -65) AS script, count(*)::int AS segments
         FROM lockkeeper.marker WHERE starts_with(script, 'migration/') GROUP BY 1, 2)
     SELECT d.id, json_agg(json_build_object('name', m.name, 'marked', coalesce(k.segments, 0)) ORDER BY r.step, m.place) AS migrations
       FROM lockkeeper.deployment d JOIN lockkeeper.reversal r ON r.deployment = d.id CROSS JOIN unnest(r.migrations) WITH ORDINALITY AS m(name, place)
       LEFT JOIN marked k ON k.deployment = d.id AND k.script = 'migration/' || m.name
      GROUP BY d.id, d.began_at ORDER BY d.began_at DESC`,
  );
  return rows.map(({ id, migrations }) => ({
    id,
    migrations: migrations.map((migration) => ({ ...migration, applied: applied.has(migration.name) })),
  }));
}

/** Of the whole server. */
export async function scratchBeside(client: Client): Promise<ScratchTrace[]> {
  const { rows } = await client.query<{ name: string; sessions: number }>(
    `SELECT d.datname AS name, (SELECT count(*)::int FROM pg_stat_activity a WHERE a.datid = d.oid) AS sessions
       FROM pg_database d WHERE starts_with(d.datname, $1) ORDER BY 1`,
    [SCRATCH_PREFIX],
  );
  return rows.flatMap((row) => {
    const deployment = deploymentOfScratch(row.name);
    return deployment === null ? [] : [{ ...row, deployment, server: null }];
  });
}

async function sessionsIn(client: Client): Promise<SessionTrace[]> {
  const { rows } = await client.query<Omit<SessionTrace, 'deployment'>>(
    `SELECT pid, application_name AS application, coalesce(state, 'unknown') AS state FROM pg_stat_activity
      WHERE datname = current_database() AND starts_with(application_name, 'lockkeeper/') ORDER BY pid`,
  );
  return rows.flatMap((row) => {
    const [, deployment] = /^lockkeeper\/(\d{8}-\d{6}-[0-9a-f]{4})\//.exec(row.application) ?? [];
    return deployment === undefined ? [] : [{ ...row, deployment }];
  });
}
