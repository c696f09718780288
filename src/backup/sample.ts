/**
 * A restore with part of the rows of the largest tables, for a rehearsal where the whole takes too long or too much room. The sample
 * comes from the dump: its snapshot is gone by now, and a look at the live tables would burden production and see other rows.
 * A table's rows are read to their end and counted; one of so many goes on to the scratch database, and every row that
 * rows of other tables refer to.
 */
import { countRows } from '../adapters/count-rows';
import { writeFile } from 'node:fs/promises';
import { entriesOf, isForeignKey, isTableRows, type DumpEntry } from '../adapters/dump-entries';
import {
  deleteDangling,
  foreignKeysOf,
  referredKeys,
  relationsOf,
  type ForeignKey,
  type Relation,
} from '../adapters/foreign-keys';
import { withSession, type Client } from '../adapters/postgres';
import { sampledCopy, type KeptKeys } from '../adapters/sampled-copy';
import { SCRATCH_APPLICATION } from '../adapters/scratch';
import { loadParser } from '../adapters/sql-parser';
import type { RestoreProgress, SampledTable } from '../contract';
import { FailureType, permanent } from '../errors';
import { childrenFirst, sampleRates } from '../policy/sampling';
import { endOnAbort } from './end-on-abort';
import { compare, restoreDump, restoring, withDump, type FetchedDump, type RestoreRequest } from './prove';

export interface SampleRequest extends RestoreRequest {
  /** URL of the database that was dumped: it knows how large its tables are. */
  origin: string;
  /** Tables of which more bytes are restored in part. */
  aboveBytes: number;
}

export interface RestoredSample {
  restoreMs: number;
  /** Tables that do not hold all of their rows. */
  tables: SampledTable[];
}

/**
 * What is restored whole is compared as in `restoreProven`; of the others the rows are counted. It proves no backup, so none is marked.
 * @throws ApplicationFailure Backup where a byte differs, the restore fails, or its contents are not those of the `.meta`.
 */
export async function restoreSample(request: SampleRequest): Promise<RestoredSample> {
  await loadParser();
  return withDump(request, async (dump) => {
    const startedAt = Date.now();
    const database = await request.scratch.create(request.purpose, 'template0');
    const client = await request.scratch.open(request.purpose);
    try {
      const tables = await endOnAbort([client], request.signal, () =>
        new Sampling(request, dump, database, client).restore(),
      );
      return { restoreMs: Date.now() - startedAt, tables };
    } finally {
      await client.end().catch(() => undefined);
    }
  });
}

/** A table that is restored in part. */
interface Part {
  entry: DumpEntry;
  relation: Relation;
  oneIn: number;
}

class Sampling {
  private relations = new Map<string, Relation>();
  private keys: ForeignKey[] = [];

  constructor(
    private readonly request: SampleRequest,
    private readonly dump: FetchedDump,
    private readonly database: string,
    private readonly client: Client,
  ) {}

  async restore(): Promise<SampledTable[]> {
    const { tools, signal } = this.request;
    const entries = entriesOf(await tools.contents(this.dump.file, signal));
    await this.section('pre-data');
    this.relations = await relationsOf(this.client);
    this.keys = await this.foreignKeys(entries);
    const parts = await this.parts(entries);
    const taken = new Set(parts.map(({ entry }) => entry));
    await this.section(
      'data',
      await this.list(
        'whole',
        entries.filter((entry) => !taken.has(entry)),
      ),
    );
    const sampled: SampledTable[] = [];
    for (const [place, part] of parts.entries()) {
      this.tell({ done: place, total: parts.length });
      sampled.push(await this.restorePart(part));
    }
    // Before a row is deleted: what is whole must be what was dumped.
    await compare(this.request, new Set(parts.map(({ relation }) => relation.quoted)));
    const deleted = await this.deleteDangling(parts);
    await this.section('post-data');
    return this.counted(sampled, deleted);
  }

  private section(section: 'pre-data' | 'data' | 'post-data', list?: string): Promise<void> {
    const part = { database: this.database, file: this.dump.file, section };
    return restoreDump(this.request, list === undefined ? part : { ...part, list });
  }

  /** Written beside the dump, and gone with it. */
  private async list(name: string, entries: DumpEntry[]): Promise<string> {
    const file = this.dump.staging.path(`${name}.list`);
    await writeFile(file, entries.map(({ line }) => `${line}\n`).join(''));
    return file;
  }

  private async foreignKeys(entries: DumpEntry[]): Promise<ForeignKey[]> {
    const list = await this.list('foreign-keys', entries.filter(isForeignKey));
    const { tools, signal } = this.request;
    return foreignKeysOf(await tools.scriptOf({ file: this.dump.file, list, signal }));
  }

  /** Those that others refer to last. A table that is not in the dump under its own number is restored whole with the rest. */
  private async parts(entries: DumpEntry[]): Promise<Part[]> {
    const sizes = await tableSizes(this.request.origin);
    const rates = sampleRates(sizes, this.request.aboveBytes);
    const rows = new Map(entries.filter(isTableRows).map((entry) => [entry.oid, entry]));
    const parts = new Map<string, Part>();
    for (const { name, oid } of sizes) {
      const [entry, relation, oneIn] = [rows.get(oid), this.relations.get(name), rates.get(name)];
      if (entry && relation && oneIn !== undefined) parts.set(name, { entry, relation, oneIn });
    }
    const order = childrenFirst([...parts.keys()], (child, parent) => this.refers(child, parent));
    return order.flatMap((name) => parts.get(name) ?? []);
  }

  /** A foreign key of a partitioned table is that of its partitions. */
  private refers(child: string, parent: string): boolean {
    return this.keys.some((key) => this.isWithin(child, key.child) && this.isWithin(parent, key.parent));
  }

  private isWithin(table: string, ancestor: string): boolean {
    return this.relations.get(table)?.within.includes(ancestor) ?? false;
  }

  private async restorePart({ entry, relation, oneIn }: Part): Promise<SampledTable> {
    const { tools, url, signal, backup } = this.request;
    const { thin, counts } = sampledCopy(oneIn, await this.referredIn(relation));
    const list = await this.list('part', [entry]);
    const into = { url, database: this.database, applicationName: SCRATCH_APPLICATION };
    await restoring(backup.meta.id, signal, () =>
      tools.restoreThrough({ file: this.dump.file, list, signal }, thin, into),
    );
    const expected = backup.meta.contents.tables[relation.quoted]?.rows;
    if (expected !== undefined && expected !== counts.rows)
      throw permanent(
        FailureType.Backup,
        `Backup ${backup.meta.id} has ${counts.rows} rows of ${relation.quoted}, and the database had ${expected}.`,
      );
    return { table: relation.name, ...counts };
  }

  /** What rows that are there by now refer to in this table. */
  private async referredIn(table: Relation): Promise<KeptKeys[]> {
    const kept: KeptKeys[] = [];
    for (const key of this.keys) {
      const child = this.relations.get(key.child);
      if (!child || !table.within.includes(key.parent)) continue;
      kept.push({ columns: key.parentColumns, keys: await referredKeys(this.client, child, key) });
    }
    return kept;
  }

  /** Again and again, because a row that is deleted may have been referred to. @returns how many rows, by table. */
  private async deleteDangling(parts: Part[]): Promise<Map<string, number>> {
    const deleted = new Map<string, number>();
    let lacking = new Set(parts.flatMap(({ relation }) => relation.within));
    while (lacking.size > 0) {
      const due = this.keys.filter((key) => lacking.has(key.parent));
      lacking = new Set();
      for (const key of due) {
        const [child, parent] = [this.relations.get(key.child), this.relations.get(key.parent)];
        const rows = child && parent ? await deleteDangling(this.client, child, parent, key) : 0;
        if (!child || rows === 0) continue;
        deleted.set(key.child, (deleted.get(key.child) ?? 0) + rows);
        child.within.forEach((name) => lacking.add(name));
      }
    }
    return deleted;
  }

  /** What the tables hold in the end: rows of a partitioned table were deleted from any of its partitions. */
  private async counted(sampled: SampledTable[], deleted: Map<string, number>): Promise<SampledTable[]> {
    const told = new Map(sampled.map((each) => [each.table, each]));
    const { tables } = this.request.backup.meta.contents;
    for (const relation of this.relations.values()) {
      if (!relation.within.some((name) => deleted.has(name))) continue;
      const rows = tables[relation.quoted]?.rows;
      if (rows === undefined) continue;
      const kept = await countRows(this.client, relation.rows);
      if (kept < rows) told.set(relation.name, { table: relation.name, rows, kept });
    }
    return [...told.values()].filter(({ rows, kept }) => kept < rows).toSorted((a, b) => b.rows - a.rows);
  }

  private tell(tables: RestoreProgress['tables']): void {
    this.request.onProgress({ step: 'restore', tables });
  }
}

/** Of the rows, without indexes. */
function tableSizes(origin: string): Promise<{ name: string; oid: string; bytes: number }[]> {
  return withSession(origin, { applicationName: SCRATCH_APPLICATION }, async (client) => {
    const { rows } = await client.query<{ name: string; oid: string; bytes: number }>(
      `SELECT n.nspname || '.' || c.relname AS name, c.oid::text, pg_table_size(c.oid)::float8 AS bytes
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname !~ '^pg_'`,
    );
    return rows;
  });
}
