/** The fence: which session may write to the target. Whoever comes later takes it from whoever was before. */
import { FailureType, permanent } from '../../errors';
import { isAnyLeft, type Terminated } from '../orphan-sessions';
import { DatabaseError, type Client } from '../postgres';
import { FENCE_LOST } from './schema';

/** Sessions that killed attempts of the deployment left behind are ended, and waited for. */
const END_ORPHANS = (client: Client, applicationPrefix: string): string =>
  `SELECT pid, pg_terminate_backend(pid, 10000) AS ended FROM pg_stat_get_activity(NULL)
    WHERE datid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid <> pg_backend_pid() AND starts_with(application_name, ${client.escapeLiteral(applicationPrefix)})`;

/** Who has the fence, for as long as the token is the newest. */
export interface Holder {
  deployment: string;
  token: bigint;
}

/** The statement behind which a transaction goes on only under the fence, which stays as it is until that ends. */
export function holding({ token }: Holder): string {
  return `SELECT lockkeeper.hold(${token})`;
}

/** Begins a transaction under the fence. @throws ApplicationFailure Fenced */
export async function beginUnderFence(client: Client, holder: Holder): Promise<void> {
  await client.query(`BEGIN; ${holding(holder)}`).catch((error: unknown) => {
    throw asFenced(error, holder.deployment);
  });
}

/**
 * Runs `work` in a transaction under the fence.
 * @throws ApplicationFailure Fenced; the server's error, after which nothing of it is left.
 */
export async function underFence(client: Client, holder: Holder, work: () => Promise<unknown>): Promise<void> {
  try {
    await beginUnderFence(client, holder);
    await work();
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** Who asks for the fence. */
export interface Claim {
  /** For people who look at the fence. */
  owner: string;
  /** Temporal's id of the workflow run. */
  run: string;
  /** The attempt's place in its run: the number of its activity, and which attempt of that it is. */
  turn: [activity: number, attempt: number];
  /** Start of the application_name of the sessions to end. */
  orphans: string;
}

/**
 * Makes this session the one that may write: ends those of earlier attempts, and takes the fence, so that every session
 * with an older token is refused from here on. The ledger must be there.
 * @returns the new token.
 * @throws ApplicationFailure Fenced where a later attempt, or another run, has had the fence since; NeedsHuman when an
 * earlier session does not end.
 */
export async function takeFence(client: Client, { owner, run, turn, orphans }: Claim): Promise<bigint> {
  const claim = `${client.escapeLiteral(run)}, '{${turn.join(',')}}'`;
  const answers = await client
    .query(
      `SELECT lockkeeper.check_turn(${claim});
       ${END_ORPHANS(client, orphans)};
       SELECT lockkeeper.take_fence(${claim}, ${client.escapeLiteral(owner)}) AS token`,
    )
    .catch((error: unknown) => {
      throw asFenced(error, owner);
    });
  // A message of several statements has as many answers, which the driver's types do not know.
  const [, ended, taken] = answers as unknown as [
    unknown,
    { rows: Terminated[] },
    { rows: { token: string | null }[] },
  ];
  if (await isAnyLeft(client, ended.rows)) {
    throw permanent(
      FailureType.NeedsHuman,
      'A session of an earlier attempt does not end; look for application_name lockkeeper/... in pg_stat_activity.',
    );
  }
  const token = taken.rows[0]?.token;
  if (!token)
    throw permanent(FailureType.NeedsHuman, 'Table lockkeeper.fence is empty; insert its row (token 0) again.');
  return BigInt(token);
}

/** What the ledger's functions raise, in words; any other error as it is. */
export function asFenced(error: unknown, who: string): unknown {
  if (!(error instanceof DatabaseError) || error.code !== FENCE_LOST) return error;
  return permanent(
    FailureType.Fenced,
    `Deployment ${error.message} has taken over; ${who} writes nothing more to this database.`,
  );
}
