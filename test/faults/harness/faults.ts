/** The harness: each fault of a table is injected into a deployment of its own, and one oracle judges them all. */
import type { DeploymentStatus } from '../../../src/contract';
import { FILES, BASE } from './files';
import { Rig } from './rig';
import { stateOf, type DatabaseState } from './state';
import { Trial, type Files } from './trial';

export interface Fault {
  /** Default: `FILES`. They come after `BASE`, which is deployed already. */
  files?: Files;
  /** Merged over the environment's section of lockkeeper.yaml. Only what must be undone is rehearsed, unless it says so. */
  environment?: Record<string, unknown>;
  /** How it may end: as an uninterrupted run, as before, or with a person asked and nothing more written. */
  ends: 'new' | 'old' | 'needs-human';
  /** Where it may also end as before: whether this deployment, by its report, is such a case. */
  mayEndOld?(report: DeploymentStatus): boolean;
  /** Starts the workers and the deployment, and breaks what is to be broken. What it leaves running finishes the deployment. */
  inject(trial: Trial): Promise<void>;
  /** What else must hold at the end. */
  also?(trial: Trial, summary: string): Promise<void>;
}

const OUTCOMES = { new: /^deployed:/, old: /^(rolled-back|failed):/, 'needs-human': /^needs-human:/ };
/** Generous: a busy machine is no fault. */
const TEST_MS = 600_000;

/** One rig for a test file, started by whichever test comes first. */
export class FaultTests {
  private started: Promise<Rig> | undefined;
  private base: Promise<string> | undefined;
  private readonly references = new Map<string, Promise<DatabaseState>>();

  rig(): Promise<Rig> {
    return (this.started ??= Rig.start());
  }

  /** Several at once: most of their time is spent waiting for a dead worker's heartbeat to be missed. */
  concurrently(faults: Record<string, Fault>): void {
    test.concurrent.each(Object.entries(faults))('%s', (_name, fault) => this.survive(fault), TEST_MS);
    afterAll(() => this.stop());
  }

  /** For faults that break the servers themselves. */
  oneByOne(faults: Record<string, Fault>): void {
    test.each(Object.entries(faults))('%s', (_name, fault) => this.survive(fault), TEST_MS);
    afterAll(() => this.stop());
  }

  async survive({ files = FILES, ends, mayEndOld, inject, also, ...fault }: Fault): Promise<void> {
    const environment = { rehearsal: ends === 'new' ? 'off' : 'schema-only', ...fault.environment };
    const trial = await this.trial(files, environment);
    try {
      const reference = ends === 'new' ? this.reference(files, environment) : null;
      reference?.catch(() => undefined);
      await inject(trial);
      const outcome = await trial.outcome();
      const ended = mayEndOld?.(trial.report()) ? 'old' : ends;
      expect(`${outcome.status}: ${outcome.summary}`).toMatch(OUTCOMES[ended]);
      await trial.expectClean(outcome);
      if (ended === 'new' && reference) await trial.expectNew(await reference);
      if (ended === 'old') await trial.expectOld();
      await also?.(trial, outcome.summary);
    } finally {
      await trial.close();
    }
  }

  /** What an uninterrupted run of the same files leaves. */
  reference(files: Files, environment?: Record<string, unknown>): Promise<DatabaseState> {
    const key = JSON.stringify([files, environment]);
    const known = this.references.get(key);
    if (known) return known;
    const made = this.uninterrupted(files, environment);
    this.references.set(key, made);
    return made;
  }

  async trial(files: Files, environment?: Record<string, unknown>): Promise<Trial> {
    const rig = await this.rig();
    const template = await (this.base ??= this.deployBase(rig));
    return Trial.prepare(rig, { files: { ...BASE, ...files }, template, environment });
  }

  private async uninterrupted(files: Files, environment?: Record<string, unknown>): Promise<DatabaseState> {
    const trial = await this.trial(files, environment);
    return finish(trial, () => stateOf(trial.url));
  }

  private async deployBase(rig: Rig): Promise<string> {
    const trial = await Trial.prepare(rig, { files: BASE, environment: { rehearsal: 'off' } });
    return finish(trial, () => Promise.resolve(trial.database));
  }

  async stop(): Promise<void> {
    await (await this.started)?.stop();
  }
}

async function finish<T>(trial: Trial, then: () => Promise<T>): Promise<T> {
  try {
    trial.worker();
    await trial.start();
    const outcome = await trial.outcome();
    expect(outcome).toMatchObject({ status: 'deployed' });
    await trial.expectClean(outcome);
    return await then();
  } finally {
    await trial.close();
  }
}
