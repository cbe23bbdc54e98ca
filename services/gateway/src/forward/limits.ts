import { JSON_BODY_BYTES_MAX } from '@mo/service-kit';

/**
 * Every limit of the forwarding, in one place. Tests bring smaller ones. Of what is kept of bodies and answers, and of uploads, one
 * caller alone has at most half.
 */
export const defaultLimits = {
  /** A body other than an upload is kept until its answer, so that it can be sent again. */
  bodyBytesMax: JSON_BODY_BYTES_MAX,
  /** All bodies that are kept, together. */
  keptBytesMax: 64 * 1024 * 1024,
  /** All answers that wait whole until their callers have read them, together. */
  answerBytesMax: 256 * 1024 * 1024,
  /** How much of an upload is taken from the caller ahead of the service. */
  uploadBufferBytesMax: 256 * 1024,

  /** Calls and uploads under way, for each service; what comes on top is answered with 503. */
  callsMax: 1_024,
  uploadsMax: 32,
  /** Calls that one replica is given at once; the others wait for their turn. So many connections, where each takes one. */
  callsAtOnceMax: 128,
  /**
   * Calls of one turn of the event loop that go to one replica: they travel together, and several cost a service little more than
   * one.
   */
  callsTogetherMax: 32,
  /** How long a call waits for its turn; then it is answered with 503. */
  turnWaitMsMax: 1_000,

  /** The gateway looks so often whether its event loop is late. */
  lagTickMs: 100,
  /** Busy for so long without a pause, and late by more than this, it refuses calls until it has caught up. */
  lagWindowMs: 1_000,
  lagMsMax: 300,

  /** Connections of callers, however many files the process may open; those on top are answered with 503. */
  callersMax: 20_000,
  /** Files that connections of callers leave for all else. */
  filesForTheRest: 2_000,
  /** How long a request's headers may take, and how often Node looks. */
  headersTimeoutMs: 20_000,
  headersCheckMs: 5_000,

  /** How long a call waits until the database says that its key's rate lets it through; then this gateway keeps the rate alone. */
  rateTimeoutMs: 500,

  /** A whole call until its answer begins: its body's arrival, every attempt, the waits between them. */
  callTimeoutMs: 30_000,
  connectTimeoutMs: 1_000,
  /** From a request's last byte to its answer; where that comes by HTTP, to its first byte and between two parts of it. */
  answerTimeoutMs: 10_000,
  /** The same for an upload, whose end may be long work. */
  uploadAnswerTimeoutMs: 300_000,
  /** How long the caller may send nothing in the middle of an upload. */
  uploadIdleTimeoutMs: 30_000,
  /** How long the service may take nothing of an upload that waits for it. */
  uploadStallTimeoutMs: 60_000,
  /** How long the caller may read nothing while its answer waits. */
  answerStallTimeoutMs: 30_000,
  /** How long nothing may move on a connection: longer than any call, so that it only ends those that are forgotten. */
  socketIdleTimeoutMs: 60_000,
  /** How long what a caller still sends after its answer is read and dropped, so that the answer reaches it. */
  lingerTimeoutMs: 5_000,

  /** How often one call is sent, at most. */
  attemptsMax: 4,
  /** How many retries may be saved up, and what each call saves of one. */
  retriesSavedMax: 512,
  retriesPerCall: 0.2,
  /** How long a call waits for a replica to come back while none is up. */
  replicaWaitMs: 2_000,

  /** How often a replica in use is asked whether it is ready, and one that is left out. */
  probeIntervalMs: 500,
  probeIntervalWhenDownMs: 250,
  probeTimeoutMs: 1_000,
};

export type Limits = typeof defaultLimits;
