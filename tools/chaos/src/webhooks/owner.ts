/** The owner of the webhooks: registers, changes and removes them through the API, under load. */
import { setTimeout as delay } from 'node:timers/promises';
import { EVENT_TYPES, type EventType, type WebhookBody } from '@mo/contracts';
import type { Random } from '@mo/dev-stack/random';
import { type Answer, type Call, type Caller, noteEnd, textOf } from '../clients/caller.ts';
import type { Ledger } from '../ledger.ts';
import { Tally } from '../tally.ts';
import { Hook } from './hook.ts';
import type { Receiver } from './receiver.ts';

const TIMEOUT_MS = 5_000;
/** Between two changes of a webhook that comes and goes. */
const PAUSE_MS_MIN = 2_000;
const PAUSE_MS_MAX = 12_000;
const POLL_MS = 100;
const OVERLAPS_S = [0, 3_600];
/** The most that a page may have. */
const PAGE_ROWS = '200';

const ALL = Object.keys(EVENT_TYPES) as EventType[];
/**
 * What the webhooks subscribe to that exist from the start to the end. Without registrations, of which bulk uploads cause
 * more than a small machine can deliver on top of everything else; those go only to webhooks that come and go.
 */
const LASTING: Readonly<Record<string, readonly EventType[]>> = {
  changes: ALL.filter((type) => type !== 'CustomerRegistered'),
  credit: ['CustomerUpdated', 'LoanTaken', 'LoanPaid', 'PaymentApplied'],
};
const BRIEF_TYPES_MAX = 4;

interface OwnerParts {
  readonly caller: Pick<Caller, 'insist'>;
  readonly receiver: Receiver;
  readonly ledger: Ledger;
  readonly tally: Tally;
  readonly random: Random;
  /** Generates unique names. */
  readonly nameOf: (kind: string) => string;
}

export class Owner {
  readonly #parts: OwnerParts;
  /** Counts the calls of checks, which are not in the report. */
  readonly #unreported = new Tally();

  constructor(parts: OwnerParts) {
    this.#parts = parts;
  }

  /** Registers the webhooks that exist until the end. */
  async begin(): Promise<void> {
    const { tally } = this.#parts;
    for (const [name, types] of Object.entries(LASTING))
      await this.#register(name, types).catch((error: unknown) => noteEnd(tally, error));
  }

  /** Lets one webhook after the other come and go. */
  async live(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      try {
        await this.#life(isOver);
      } catch (error) {
        noteEnd(this.#parts.tally, error);
        await this.#pause(isOver);
      }
    }
  }

  /** Makes waiting messages due now. */
  async hurry(hook: Hook): Promise<void> {
    await this.#check({ id: 'updateWebhook', params: pathOf(hook), body: { status: 'active' } });
  }

  /** Whether messages of a webhook wait to be sent. */
  async isPending(hook: Hook): Promise<boolean> {
    const call: Call = { id: 'listDeliveries', params: pathOf(hook), query: { status: 'pending', limit: '1' } };
    return ((await this.#check(call)).body.results as unknown[]).length > 0;
  }

  /** Webhooks that are not as their owner knows them. */
  async differences(): Promise<string[]> {
    const told = new Set<string>();
    let cursor: string | null = null;
    do {
      const query = { limit: PAGE_ROWS, ...(cursor !== null && { cursor }) };
      const { body } = await this.#check({ id: 'listWebhooks', query });
      for (const row of body.results as WebhookBody[]) told.add(lineOf(row.id, row.status, row.event_types));
      cursor = body.next_cursor as string | null;
    } while (cursor !== null);
    const known = new Set(this.#parts.ledger.hooks.map(({ id, status, types }) => lineOf(id, status, [...types])));
    return [...told.symmetricDifference(known)];
  }

  async #life(isOver: () => boolean): Promise<void> {
    const { random, nameOf } = this.#parts;
    const types = random.shuffled(ALL).slice(0, random.whole(1, BRIEF_TYPES_MAX));
    const hook = await this.#register(nameOf('brief'), types);
    const remove = () => this.#silence(hook, 'removed', { id: 'removeWebhook', params: pathOf(hook) });
    for (const step of [...random.shuffled([this.#rotate, this.#interrupt]), remove]) {
      await this.#pause(isOver);
      if (isOver()) return;
      await step(hook, isOver);
    }
  }

  async #register(name: string, types: readonly EventType[]): Promise<Hook> {
    const { receiver, ledger, tally, nameOf } = this.#parts;
    const hook = new Hook(name, types, tally.violate);
    const body = { url: receiver.open(hook), event_types: types };
    const answer = await this.#call({ id: 'createWebhook', body, key: nameOf('key') }, 201);
    hook.id = answer.body.id as number;
    hook.learn(answer.body.secret as string, Date.now());
    hook.became('active', Date.now());
    ledger.hooks.push(hook);
    return hook;
  }

  readonly #rotate = async (hook: Hook): Promise<void> => {
    const { random, nameOf } = this.#parts;
    const body = { overlap_seconds: random.pick(OVERLAPS_S) };
    const answer = await this.#call({ id: 'rotateWebhookSecret', params: pathOf(hook), body, key: nameOf('key') }, 200);
    hook.learn(answer.body.secret as string, Date.now());
  };

  /** Disables a webhook for a while. */
  readonly #interrupt = async (hook: Hook, isOver: () => boolean): Promise<void> => {
    const change = (status: 'active' | 'disabled'): Call => ({
      id: 'updateWebhook',
      params: pathOf(hook),
      body: { status },
    });
    await this.#silence(hook, 'disabled', change('disabled'));
    await this.#pause(isOver);
    hook.willSpeak();
    await this.#call({ ...change('active'), key: this.#parts.nameOf('key') }, 200);
    hook.became('active', Date.now());
  };

  async #silence(hook: Hook, status: 'disabled' | 'removed', call: Call): Promise<void> {
    hook.willFallSilent();
    await this.#call({ ...call, key: this.#parts.nameOf('key') }, 200);
    hook.became(status, Date.now());
  }

  /** @throws Unanswered if there is no answer, Error if it is another one than expected */
  async #call(call: Call, expected: number): Promise<Answer> {
    const answer = expectedOf(call, await this.#parts.caller.insist(call, TIMEOUT_MS), expected);
    if (call.key !== undefined) this.#parts.ledger.keyed.push({ call, status: answer.status, text: answer.text });
    return answer;
  }

  /** A call after the run. @throws as #call does */
  async #check(call: Call): Promise<Answer> {
    return expectedOf(call, await this.#parts.caller.insist(call, TIMEOUT_MS, this.#unreported), 200);
  }

  async #pause(isOver: () => boolean): Promise<void> {
    const endMs = performance.now() + this.#parts.random.whole(PAUSE_MS_MIN, PAUSE_MS_MAX);
    while (!isOver() && performance.now() < endMs) await delay(POLL_MS);
  }
}

function expectedOf(call: Call, answer: Answer, expected: number): Answer {
  if (answer.status !== expected) throw new Error(`${textOf(call)}: ${answer.status} ${answer.text}`);
  return answer;
}

const lineOf = (id: number, status: string, types: readonly string[]): string =>
  `webhook ${id} is ${status}, for ${types.toSorted().join(', ')}`;

const pathOf = ({ id }: Hook) => ({ webhook_id: id });
