/** Why a deployment is not started, or not decided. */

/** Thrown when a request to a running deployment is refused; `type` is a FailureType. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  constructor(
    readonly type: string,
    message: string,
  ) {
    super(message);
  }
}

/** Thrown when another deployment of the same database is open; names it. */
export class AlreadyRunningError extends Error {
  override readonly name = 'AlreadyRunningError';
  constructor(
    readonly deploymentId: string,
    message: string,
  ) {
    super(message);
  }
}
