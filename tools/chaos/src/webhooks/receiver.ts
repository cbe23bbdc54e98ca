/**
 * The server that all webhooks send to. It accepts most messages; others it answers late, with an error, or not at all,
 * or it cuts the connection. It records what it does, before the sender can know.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { listen } from '@mo/dev-stack/listen';
import type { Random } from '@mo/dev-stack/random';
import { add, type Tally } from '../tally.ts';
import type { Hook, Message, Progress } from './hook.ts';

const HOST = '127.0.0.1';
/** Below the time that a sender waits. */
const LATE_MS_MAX = 4_000;
/** Each one occupies the sender for as long as it waits. */
const SILENT_AT_ONCE_MAX = 3;

type Mood = 'prompt' | 'late' | 'failing' | 'busy' | 'cutting' | 'silent';

/** `busy` is rare, because it makes all messages of the webhook wait. */
const MOODS: readonly (readonly [number, Mood])[] = [
  [910, 'prompt'],
  [40, 'late'],
  [25, 'failing'],
  [5, 'busy'],
  [15, 'cutting'],
  [5, 'silent'],
];

const REFUSALS = { failing: 500, busy: 503 } as const;

interface ReceiverParts {
  readonly random: Random;
  readonly tally: Pick<Tally, 'violate'>;
  /** Called for each accepted message with the time of its event, in ms since 1970. */
  readonly onAccepted: (decidedMs: number) => void;
}

export class Receiver {
  /** The body of each event's message, by id. */
  readonly bodies = new Map<string, string>();
  /** Deliveries by what was done with them. */
  readonly counts = new Map<string, number>();
  readonly #parts: ReceiverParts;
  readonly #hooks = new Map<string, Hook>();
  readonly #server: Server;
  readonly #silent = new Set<ServerResponse>();
  #isCalm = false;
  #place = 0;

  private constructor(parts: ReceiverParts) {
    this.#parts = parts;
    this.#server = createServer((request, response) => {
      this.#receive(request, response).catch((error: unknown) => {
        parts.tally.violate('receivers can handle every message', String(error));
        response.destroy();
      });
    });
  }

  static async start(parts: ReceiverParts): Promise<Receiver> {
    const receiver = new Receiver(parts);
    await listen(receiver.#server, 0, HOST);
    return receiver;
  }

  /** Receives for a webhook. @returns its URL */
  open(hook: Hook): string {
    this.#hooks.set(`/${hook.name}`, hook);
    return `http://${HOST}:${(this.#server.address() as AddressInfo).port}/${hook.name}`;
  }

  /** Accepts everything from now on; deliveries that wait for an answer fail. */
  calm(): void {
    this.#isCalm = true;
    for (const response of this.#silent) response.destroy();
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    // The sender died while it sent.
    if (body === null) return;
    const { tally, onAccepted } = this.#parts;
    const message: Message = { id: String(request.headers['webhook-id']), headers: textHeaders(request), body };
    const hook = this.#hooks.get(String(request.url));
    if (hook === undefined || request.method !== 'POST')
      throw new Error(`${request.method} ${request.url} is no webhook's`);
    const first = this.bodies.get(message.id);
    if (first === undefined) this.bodies.set(message.id, body);
    else if (first !== body) tally.violate('a message is the same each time', `${message.id}: ${first}, then ${body}`);
    const decidedMs = Date.parse((JSON.parse(body) as { timestamp: string }).timestamp);
    const progress = hook.arrive(message, decidedMs, ++this.#place, Date.now());
    const mood = this.#mood();
    const isAccepted = await this.#treat(mood, response, progress);
    const isCutOff = !isAccepted && (mood === 'prompt' || mood === 'late');
    add(this.counts, isCutOff ? 'cut by the sender' : mood);
    if (isAccepted) onAccepted(decidedMs);
  }

  #mood(): Mood {
    const { random } = this.#parts;
    const mood = this.#isCalm ? 'prompt' : random.weighted(MOODS);
    return mood === 'silent' && this.#silent.size >= SILENT_AT_ONCE_MAX ? 'prompt' : mood;
  }

  /** @returns whether the message was accepted */
  async #treat(mood: Mood, response: ServerResponse, progress: Progress): Promise<boolean> {
    if (mood === 'silent') {
      this.#silent.add(response);
      response.once('close', () => this.#silent.delete(response));
      return false;
    }
    if (mood === 'late') await delay(this.#parts.random.whole(0, LATE_MS_MAX));
    if (mood === 'cutting') response.destroy();
    else if (mood === 'failing' || mood === 'busy') response.writeHead(REFUSALS[mood], { 'retry-after': '1' }).end();
    else return this.#accept(response, progress);
    return false;
  }

  #accept(response: ServerResponse, progress: Progress): boolean {
    progress.doneMs = Date.now();
    // The sender has closed the connection: it is gone, or has waited for too long.
    if (response.destroyed) return false;
    progress.acceptedAt ??= ++this.#place;
    response.writeHead(204).end();
    return true;
  }
}

async function bodyOf(request: IncomingMessage): Promise<string | null> {
  try {
    return (await request.setEncoding('utf8').toArray()).join('');
  } catch {
    return null;
  }
}

const textHeaders = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
