/** When a migration rests for the sake of what follows the server: replicas that lag, slots that keep WAL. Pure. */

export interface ReplicationLimits {
  /** Milliseconds that a replica may be behind. */
  maxLagMs: number;
  /** Bytes of WAL that a replication slot may keep. */
  maxSlotBytes: number;
  /** Milliseconds that a deployment rests before it gives up. */
  patienceMs: number;
}

export interface ReplicationState {
  /** `lagMs` is null for a replica that is idle, or hidden from the role. */
  replicas: { name: string; lagMs: number | null }[];
  slots: { name: string; bytes: number }[];
}

/** True when nothing follows the server: then nothing needs to be asked again. */
export function nothingFollows({ replicas, slots }: ReplicationState): boolean {
  return replicas.length === 0 && slots.length === 0;
}

/** @returns what is over its limit, in words; null when the migration may go on. */
export function overLimit({ replicas, slots }: ReplicationState, limits: ReplicationLimits): string | null {
  const late = replicas.find(({ lagMs }) => lagMs !== null && lagMs > limits.maxLagMs);
  if (late) return `replica ${late.name} is ${seconds(late.lagMs ?? 0)} behind (limit ${seconds(limits.maxLagMs)})`;
  const full = slots.find(({ bytes }) => bytes > limits.maxSlotBytes);
  if (full)
    return `replication slot ${full.name} keeps ${megabytes(full.bytes)} of WAL (limit ${megabytes(limits.maxSlotBytes)})`;
  return null;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
