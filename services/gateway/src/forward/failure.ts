/**
 * Why an attempt failed, and whether the call may be sent again. A call whose request never left may; one that may have
 * been done may only if doing it twice is the same as once: a read, or a write with an Idempotency-Key.
 */
export const FAILURE_KINDS = [
  /** No connection, so nothing was sent. */
  'refused',
  /** The connection broke after something was sent. */
  'reset',
  /** The service is stopping, and answered so. */
  'closing',
  /** The replica stopped responding while others do, so the call was taken away from it. */
  'abandoned',
  /** No answer in time. */
  'timeout',
  /** Not an answer of ours. */
  'garbled',
  /** An answer that is longer than mux carries. */
  'oversized',
  /** The request can't be sent on as it is. */
  'unsendable',
  /** Nobody waits for the answer any more. */
  'withdrawn',
] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

/** Why the gateway itself ended an attempt. */
export class AttemptEnded extends Error {
  override readonly name = 'AttemptEnded';
  readonly kind: FailureKind;
  constructor(kind: FailureKind) {
    super(`the attempt was ended: ${kind}`);
    this.kind = kind;
  }
}

const TIMEOUTS = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);
const SOCKET_ERROR =
  /^(UND_ERR_SOCKET|UND_ERR_CONNECT_TIMEOUT|UND_ERR_INFO|UND_ERR_DESTROYED|UND_ERR_CLOSED|E[A-Z_]+)$/;

/** @param sent whether any of the request may have left */
export function failureKind(error: unknown, sent: boolean): FailureKind {
  if (error instanceof AttemptEnded) return error.kind;
  const code = String((error as NodeJS.ErrnoException).code);
  if (TIMEOUTS.has(code)) return 'timeout';
  if (code === 'MO_ANSWER_TOO_LONG') return 'oversized';
  if (!sent) return code === 'UND_ERR_INVALID_ARG' ? 'unsendable' : 'refused';
  return SOCKET_ERROR.test(code) ? 'reset' : 'garbled';
}

const REPLICA_GONE: ReadonlySet<FailureKind> = new Set(['refused', 'reset', 'closing']);

/** Whether the replica itself is gone, so that it is left out until it says that it is ready. */
export const isReplicaGone = (kind: FailureKind): boolean => REPLICA_GONE.has(kind);

/**
 * @param canBeSent the whole body is there to be sent again
 * @param isRepeatable done twice is the same as once
 */
export function mayRetry(kind: FailureKind, canBeSent: boolean, isRepeatable: boolean): boolean {
  switch (kind) {
    case 'refused':
      return canBeSent;
    case 'reset':
    case 'closing':
    case 'abandoned':
      return canBeSent && isRepeatable;
    case 'timeout':
    case 'garbled':
    case 'oversized':
    case 'unsendable':
    case 'withdrawn':
      return false;
  }
}
