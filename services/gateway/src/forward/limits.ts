import { ANSWER_TIMEOUT_MS, JSON_BODY_BYTES_MAX } from '@mo/service-kit';

/**
 * All limits of request forwarding. Tests use smaller ones. Of the space for kept bodies and unread answers, and of the
 * upload places, one caller may hold at most as much as is free: alone half (room.ts).
 */
export const defaultLimits = {
  /** The maximum body of a call. It is kept until the call is answered, so that it can be sent again. */
  bodyBytesMax: JSON_BODY_BYTES_MAX,
  /** The total of all kept bodies. */
  keptBytesMax: 64 * 1024 * 1024,
  /**
   * The total of all complete answers that their callers have not read yet. Above it reads are answered with 503; the
   * answer to a write is never replaced.
   */
  answerBytesMax: 256 * 1024 * 1024,
  /** How much of an upload is read from the caller ahead of the service. */
  uploadBufferBytesMax: 256 * 1024,

  /** Calls and uploads in flight per service; any above these limits are answered with 503. */
  callsMax: 1_024,
  uploadsMax: 32,
  /** Calls in flight per replica; others wait for their turn. Without mux this is also the number of connections. */
  callsAtOnceMax: 128,
  /**
   * Calls of one event-loop turn that go to the same replica. They are sent together, and several cost a service little
   * more than one.
   */
  callsTogetherMax: 32,
  /** How long a call waits for its turn before it is answered with 503. */
  turnWaitMsMax: 1_000,
  /** A call whose turn is predicted to come later than this is refused at once. */
  turnMsMax: 500,

  /** The interval at which event-loop lag is measured. */
  lagTickMs: 100,
  /** The gateway refuses calls after two windows of this length, each fully busy and late by more than `lagMsMax`. */
  lagWindowMs: 1_000,
  lagMsMax: 300,

  /**
   * Connections of callers, regardless of the open-file limit; any above this are answered with 503. One address holds at
   * most as many as are free.
   */
  callersMax: 20_000,
  /** File descriptors reserved for everything except callers' connections. */
  filesForTheRest: 2_000,
  /** How long a request's headers may take, and how often Node checks that. */
  headersTimeoutMs: 20_000,
  headersCheckMs: 5_000,

  /**
   * How long a call waits for the database to decide on the rate of its key; after that this gateway limits the rate
   * alone.
   */
  rateTimeoutMs: 500,
  /** How long the OpenID provider may take to answer. */
  providerTimeoutMs: 5_000,

  /**
   * A whole call until its answer begins: the arrival of its body, every attempt, and the waits between them. A gateway
   * that stops waits longer for its calls.
   */
  callTimeoutMs: 30_000,
  connectTimeoutMs: 1_000,
  /**
   * From a request's last byte to its answer. Over plain HTTP: to the first byte, and between two parts of the answer.
   */
  answerTimeoutMs: ANSWER_TIMEOUT_MS,
  /** The same for an upload, which the service may finish with long work. */
  uploadAnswerTimeoutMs: 300_000,
  /** How long the caller may pause in the middle of an upload. */
  uploadIdleTimeoutMs: 30_000,
  /** The time between two checks of whether the caller of an upload is still admitted. */
  uploadCallerCheckMs: 1_000,
  /** How long the service may read nothing of an upload that has data for it. */
  uploadStallTimeoutMs: 60_000,
  /** How long the caller may read nothing of a pending answer. */
  answerStallTimeoutMs: 30_000,
  /** The idle timeout of a connection: longer than any call, so that it ends only forgotten connections. */
  socketIdleTimeoutMs: 60_000,
  /** How long data that a caller still sends after its answer is read and discarded, so that the answer reaches it. */
  lingerTimeoutMs: 5_000,

  /** The maximum number of attempts per call. */
  attemptsMax: 4,
  /** The maximum of the retry budget, and how much each call adds to it. */
  retriesSavedMax: 512,
  retriesPerCall: 0.2,
  /** How long a call waits for a replica while none is usable. */
  replicaWaitMs: 2_000,

  /** The probe interval of a ready replica, and of one that is not ready. */
  probeIntervalMs: 500,
  probeIntervalWhenDownMs: 250,
  probeTimeoutMs: 1_000,
  /** How long a new replica may take to become ready for the first time before that is logged as a warning. */
  startingMs: 120_000,
};

export type Limits = typeof defaultLimits;
