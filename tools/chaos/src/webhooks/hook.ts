/**
 * A webhook as its owner knows it: its secrets, the time for which it is active, and the messages that it got. Times
 * are in ms since 1970, all by the clock of this machine.
 */
import type { EventType } from '@mo/contracts';
import { Webhook } from 'standardwebhooks';
import type { Tally } from '../tally.ts';

/**
 * The longest time from when a process decides to send a message until the message arrives: the process may be frozen
 * and its connections stalled, on a machine that stands still for a while, too.
 */
export const UNDER_WAY_MS_MAX = 60_000;

/** More than may arrive before the answer that tells their secret. */
export const UNVERIFIED_MAX = 10_000;

export interface Message {
  /** Of the event: `loans-42-1`. */
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The deliveries of one event. Places count the arrivals and acceptances of a run. */
export interface Progress {
  readonly firstAt: number;
  /** The place of the first acceptance; null if there was none. */
  acceptedAt: number | null;
  /** When the receiver was done with the latest delivery, unless it was not accepted on purpose. */
  doneMs: number | null;
}

interface Secret {
  readonly text: string;
  readonly knownMs: number;
}

export class Hook {
  /** Its name is the path of its URL. */
  readonly name: string;
  readonly types: ReadonlySet<string>;
  readonly messages = new Map<string, Progress>();
  /** The first messages that no secret has verified: at the end there are none. */
  unverified: Message[] = [];
  /** How long after the receiver was done a message came again, in ms. */
  readonly againMs: number[] = [];
  /** From the answer to the registration. */
  id = 0;
  status: 'active' | 'disabled' | 'removed' = 'active';
  /** Events decided later must be delivered; infinite until the owner knows that the webhook is active. */
  activeFromMs = Number.POSITIVE_INFINITY;
  /** Messages that are sent later are wrong; infinite while the webhook may be active. */
  quietFromMs = Number.POSITIVE_INFINITY;
  readonly #violate: Tally['violate'];
  readonly #secrets: Secret[] = [];

  constructor(name: string, types: readonly EventType[], violate: Tally['violate']) {
    this.name = name;
    this.types = new Set(types);
    this.#violate = violate;
  }

  /** Records a secret that an answer contained, and verifies what arrived before that answer. */
  learn(text: string, nowMs: number): void {
    this.#secrets.push({ text, knownMs: nowMs });
    this.unverified = this.unverified.filter((message) => !isSigned(message, text));
  }

  /**
   * Before the webhook is activated: from now on it may send. It must not send events of the time for which it was
   * disabled, but that is not checked.
   */
  willSpeak(): void {
    this.quietFromMs = Number.POSITIVE_INFINITY;
  }

  /** Before the webhook is disabled or removed: from now on nothing is certain. */
  willFallSilent(): void {
    this.activeFromMs = Number.POSITIVE_INFINITY;
  }

  /** Records an answer that told the status. */
  became(status: Hook['status'], nowMs: number): void {
    this.status = status;
    if (status === 'active') this.activeFromMs = nowMs;
    else this.quietFromMs = nowMs;
  }

  /**
   * Records a delivery. A message is wrong if the current secret has not signed it although its event is younger than
   * that secret's answer, or if it comes after the webhook was silenced.
   *
   * @param decidedMs the time of the event
   */
  arrive(message: Message, decidedMs: number, at: number, nowMs: number): Progress {
    const newest = this.#secrets.at(-1);
    const secrets = newest === undefined || decidedMs <= newest.knownMs ? this.#secrets : [newest];
    if (!secrets.some(({ text }) => isSigned(message, text)) && this.unverified.length < UNVERIFIED_MAX)
      this.unverified.push(message);
    // A message of an older event may have been under way.
    if (decidedMs > this.quietFromMs || nowMs - this.quietFromMs > UNDER_WAY_MS_MAX)
      this.#violate('a webhook gets nothing after it was disabled or removed', `${this.name}: ${message.id}`);
    const known = this.messages.get(message.id);
    if (known === undefined) {
      const progress: Progress = { firstAt: at, acceptedAt: null, doneMs: null };
      this.messages.set(message.id, progress);
      return progress;
    }
    if (known.doneMs !== null) this.againMs.push(nowMs - known.doneMs);
    known.doneMs = null;
    return known;
  }
}

/** Verifies as the documentation tells receivers to. */
function isSigned({ body, headers }: Message, secret: string): boolean {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}
