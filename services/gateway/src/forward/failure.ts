/**
 * Why an attempt failed, and whether the call may be sent again. A call whose request was never sent may be. A call
 * that the service may have executed may be repeated only if that is idempotent: a read, or a write with an
 * Idempotency-Key.
 */
export const FAILURE_KINDS = [
  /** No connection, so nothing was sent. */
  'refused',
  /** The connection broke after data was sent. */
  'reset',
  /** The service answered that it is stopping. */
  'closing',
  /** The replica stopped responding while others are ready, so the gateway ended the attempt. */
  'abandoned',
  /** No answer in time. */
  'timeout',
  /** The answer does not come from one of our services. */
  'garbled',
  /** The answer is longer than mux can carry. */
  'oversized',
  /** The request cannot be forwarded as it is. */
  'unsendable',
  /** Nobody waits for the answer any more. */
  'withdrawn',
] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

/** The reason why the gateway ended an attempt. */
export class AttemptEnded extends Error {
  override readonly name = 'AttemptEnded';
  readonly kind: FailureKind;
  constructor(kind: FailureKind) {
    super(`the attempt was aborted: ${kind}`);
    this.kind = kind;
  }
}

const TIMEOUTS = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);
const SOCKET_ERROR =
  /^(UND_ERR_SOCKET|UND_ERR_CONNECT_TIMEOUT|UND_ERR_INFO|UND_ERR_DESTROYED|UND_ERR_CLOSED|E[A-Z_]+)$/;

/** @param sent whether any part of the request may have been sent */
export function failureKind(error: unknown, sent: boolean): FailureKind {
  if (error instanceof AttemptEnded) return error.kind;
  const code = String((error as NodeJS.ErrnoException).code);
  if (TIMEOUTS.has(code)) return 'timeout';
  if (code === 'MO_ANSWER_TOO_LONG') return 'oversized';
  if (!sent) return code === 'UND_ERR_INVALID_ARG' ? 'unsendable' : 'refused';
  return SOCKET_ERROR.test(code) ? 'reset' : 'garbled';
}

const REPLICA_GONE: ReadonlySet<FailureKind> = new Set(['refused', 'reset', 'closing']);

/** Whether the replica itself is unreachable or stopping, so that it is not used until a probe finds it ready. */
export const isReplicaGone = (kind: FailureKind): boolean => REPLICA_GONE.has(kind);

/**
 * @param canBeSent the whole body is available to be sent again
 * @param isRepeatable sending the call twice has the same effect as sending it once
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
