/** Sends one message to one receiver, once. */
import type { LookupFunction } from 'node:net';
import { Agent, request } from 'undici';
import { readRetryAfter } from './schedule.ts';
import { signedHeaders } from './signature.ts';
import { ForbiddenTargetError, type Targets } from './targets.ts';

/** The limit of a whole attempt: receivers acknowledge a message before they process it. */
const ATTEMPT_TIMEOUT_MS = 15_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** Of a response, names and values together. */
const HEADERS_BYTES_MAX = 16 * 1024;
/** At most this much of a response is read, and none of it is kept. */
const ANSWER_BYTES_MAX = 64 * 1024;
const ERROR_LENGTH_MAX = 200;
const GONE = 410;

export interface Receiver {
  readonly url: string;
  /** When its webhook was last restarted (see RESTARTED_AT), as the database writes it. */
  readonly restartedAt: string;
  /** The current secret, and during a rotation also the former ones that still count. */
  readonly secrets: readonly string[];
}

export interface Message {
  /** The same for every attempt. */
  readonly id: string;
  /** JSON. */
  readonly body: string;
  /** W3C Trace Context, for receivers that also trace. */
  readonly traceparent: string | null;
}

/** Outcomes of an attempt: the receiver accepted the message, responded otherwise, or didn't respond. */
export const ATTEMPT_OUTCOMES = ['delivered', 'refused', 'failed'] as const;
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number];

export type Attempt =
  | { readonly isTaken: true; readonly answer: number }
  | {
      readonly isTaken: false;
      /** The status of the response; null if there was none. */
      readonly answer: number | null;
      /** Why the message was not accepted. */
      readonly error: string;
      /** The pause that the receiver requested, in milliseconds; null if it requested none. */
      readonly retryAfterMs: number | null;
      /** The receiver wants no more messages at all. */
      readonly isGone: boolean;
    };

export class Sender {
  readonly #targets: Targets;
  readonly #userAgent: string;
  readonly #agents: Readonly<Record<string, Agent>>;

  constructor(targets: Targets, version: string) {
    this.#targets = targets;
    this.#userAgent = `MO-Loans-Webhooks/${version}`;
    this.#agents = { 'https:': agentWith(targets.lookup), 'http:': agentWith(targets.lookupAllowed) };
  }

  /** Never rejects: errors are part of the result. A redirect does not count as acceptance. */
  async send({ url, secrets }: Receiver, { id, body, traceparent }: Message): Promise<Attempt> {
    const nowMs = Date.now();
    try {
      const target = new URL(url);
      this.#targets.check(target);
      const answer = await request(target, {
        method: 'POST',
        dispatcher: this.#agents[target.protocol] as Agent,
        headers: {
          'content-type': 'application/json',
          'user-agent': this.#userAgent,
          ...signedHeaders(id, nowMs, body, secrets),
          ...(traceparent === null ? {} : { traceparent }),
        },
        body,
        signal: AbortSignal.timeout(ATTEMPT_TIMEOUT_MS),
      });
      await answer.body.dump({ limit: ANSWER_BYTES_MAX });
      const { statusCode: status } = answer;
      if (status >= 200 && status < 300) return { isTaken: true, answer: status };
      const retryAfter = answer.headers['retry-after'];
      return {
        isTaken: false,
        answer: status,
        error: `it answered ${status}`,
        retryAfterMs: readRetryAfter(typeof retryAfter === 'string' ? retryAfter : null, nowMs),
        isGone: status === GONE,
      };
    } catch (error) {
      return { isTaken: false, answer: null, error: errorText(error), retryAfterMs: null, isGone: false };
    }
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#agents).map((agent) => agent.destroy()));
  }
}

/**
 * Connections are not limited here, because every attempt holds a lane and the lanes per webhook are limited. With a
 * limit, an attempt could wait for connections that another webhook uses at the same host, and its timeout for headers
 * would start only once it has one.
 */
const agentWith = (lookup: LookupFunction): Agent =>
  new Agent({
    pipelining: 1,
    allowH2: false,
    connect: { timeout: CONNECT_TIMEOUT_MS, lookup },
    maxHeaderSize: HEADERS_BYTES_MAX,
    headersTimeout: ATTEMPT_TIMEOUT_MS,
    bodyTimeout: ATTEMPT_TIMEOUT_MS,
  });

const NO_ANSWER = `no answer within ${ATTEMPT_TIMEOUT_MS / 1000} s`;
const NOT_HTTP = 'its answer is not HTTP/1.1';
const UNTRUSTED = 'its certificate is not from a known authority, or an intermediate certificate is missing';

/** In words: codes that say nothing to the owner of a receiver. Others are shown, such as ECONNREFUSED. */
const WORDS: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: `no connection within ${CONNECT_TIMEOUT_MS / 1000} s`,
  UND_ERR_HEADERS_TIMEOUT: NO_ANSWER,
  UND_ERR_BODY_TIMEOUT: NO_ANSWER,
  UND_ERR_HEADERS_OVERFLOW: `the headers of its answer have more than ${HEADERS_BYTES_MAX / 1024} KiB`,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: NOT_HTTP,
  UND_ERR_SOCKET: 'it closed the connection before it answered',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not use TLS at this port',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
};
/** The same for messages: undici gives these, too, the code of a closed connection, or none. */
const WORDS_OF_MESSAGES: Readonly<Record<string, string>> = {
  'bad response': 'it answered 100 Continue, which was not asked for',
  'bad upgrade': 'it answered with another protocol, which was not asked for',
};

/** The error as the subscriber sees it: details of our own network are left out. */
function errorText(error: unknown): string {
  const { name, code, message } = error as NodeJS.ErrnoException;
  if (error instanceof ForbiddenTargetError) return 'its address is in a private network, or needs https';
  if (name === 'TimeoutError') return NO_ANSWER;
  if (name === 'HTTPParserError') return NOT_HTTP;
  const words = WORDS_OF_MESSAGES[message] ?? WORDS[code ?? ''];
  if (words !== undefined) return words;
  return (code ?? message ?? 'it cannot be reached').slice(0, ERROR_LENGTH_MAX);
}
