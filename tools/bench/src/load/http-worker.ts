/**
 * The load generator, a thread of its own. In a closed loop each caller waits for its answer before it asks again: that
 * finds what the system can do. In an open loop requests are due by the clock, and their latency counts from then, however
 * late they could be sent: a system that stalls can't slow down those who would have felt it.
 */
import { parentPort } from 'node:worker_threads';
import { type Connection, dueAtMs, dueUntil, type Reply, recordMs, requestText, Sockets, type Target } from '@mo/load';
import { countError, type Level, newOutcome, type Outcome } from './outcome.ts';
import { type Recipe, Recipes, type Wanted } from './recipes.ts';

/** One stretch of load. */
export interface HttpOrder {
  readonly target: Target;
  readonly recipe: Recipe;
  readonly prefix: string;
  readonly first: number;
  readonly level: Level;
  readonly durationMs: number;
  /** Every so many acknowledged writes, the token of one is told while the load goes on; 0 for none. */
  readonly tellEvery: number;
}

/** What the thread tells: tokens of acknowledged writes, and at the end what it came to. */
export type HttpNews = { readonly token: string } | { readonly outcome: Outcome };

/** An arrival that finds so many in use is counted as an error, and not sent. */
const SOCKETS_MAX = 1_024;
/** A caller's patience: longer than any answer may take. */
const PATIENCE_MS = 45_000;
/** The shortest that a timer can be. */
const TICK_MS = 1;

const socketsByTarget = new Map<string, Sockets>();

function socketsOf({ host, port }: Target): Sockets {
  const name = `${host}:${port}`;
  const sockets = socketsByTarget.get(name) ?? new Sockets(host, port, SOCKETS_MAX);
  socketsByTarget.set(name, sockets);
  return sockets;
}

class Stretch {
  readonly #order: HttpOrder;
  readonly #recipes: Recipes;
  readonly #sockets: Sockets;
  readonly #outcome: Outcome;
  #underWay = 0;
  #acknowledged = 0;
  #onFree: () => void = () => {};

  constructor(order: HttpOrder) {
    this.#order = order;
    this.#recipes = new Recipes(order.recipe, order.prefix, order.first);
    this.#sockets = socketsOf(order.target);
    this.#outcome = newOutcome();
  }

  async run(): Promise<Outcome> {
    const { level } = this.#order;
    const startMs = performance.now();
    if ('connections' in level) await this.#closed(level.connections, startMs);
    else await this.#open(level.perSecond, startMs);
    if (this.#underWay > 0) await new Promise<void>((resolve) => (this.#onFree = resolve));
    this.#outcome.seconds = (performance.now() - startMs) / 1000;
    this.#outcome.nextNumber = this.#recipes.nextNumber;
    return this.#outcome;
  }

  async #closed(connections: number, startMs: number): Promise<void> {
    const endMs = startMs + this.#order.durationMs;
    const callers = Array.from({ length: connections }, () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const ask = () => {
        const nowMs = performance.now();
        const wanted = nowMs < endMs ? this.#recipes.next() : null;
        if (wanted === null) resolve();
        else this.#send(wanted, nowMs, ask);
      };
      ask();
      return promise;
    });
    await Promise.all(callers);
  }

  async #open(perSecond: number, startMs: number): Promise<void> {
    const { durationMs } = this.#order;
    let sent = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setInterval(() => {
      const elapsedMs = performance.now() - startMs;
      for (const due = dueUntil(elapsedMs, perSecond, durationMs); sent < due; sent += 1) {
        const wanted = this.#recipes.next();
        if (wanted === null) return resolve();
        const dueMs = startMs + dueAtMs(sent, perSecond);
        recordMs(this.#outcome.lateness, performance.now() - dueMs);
        this.#send(wanted, dueMs, () => {});
      }
      if (elapsedMs >= durationMs) resolve();
    }, TICK_MS);
    await promise;
    clearInterval(timer);
  }

  #send(wanted: Wanted, sinceMs: number, done: () => void): void {
    const connection = this.#sockets.take();
    if (connection === null) {
      countError(this.#outcome, 'no socket was free');
      setImmediate(done);
      return;
    }
    this.#underWay += 1;
    connection.send(requestText(wanted, this.#order.target), PATIENCE_MS, (reply) => {
      this.#count(wanted, reply, performance.now() - sinceMs);
      this.#free(connection, reply);
      done();
    });
  }

  #free(connection: Connection, reply: Reply): void {
    if (!('broken' in reply)) this.#sockets.give(connection);
    this.#underWay -= 1;
    if (this.#underWay === 0) this.#onFree();
  }

  #count(wanted: Wanted, reply: Reply, latencyMs: number): void {
    const outcome = this.#outcome;
    const { creates, number } = wanted;
    if ('broken' in reply || reply.status !== wanted.status) {
      countError(outcome, 'broken' in reply ? reply.broken : String(reply.status));
      const isRefused = !('broken' in reply) && reply.status < 500;
      if (creates !== null && !isRefused) outcome.unknown[creates].push(number);
      return;
    }
    outcome.done += 1;
    recordMs(outcome.latency, latencyMs);
    if (creates === null) return;
    outcome.created[creates].push(number);
    this.#acknowledged += 1;
    const { tellEvery } = this.#order;
    if (tellEvery > 0 && this.#acknowledged % tellEvery === 0 && reply.token !== null) tell({ token: reply.token });
  }
}

const tell = (news: HttpNews): void => parentPort?.postMessage(news);

parentPort?.on('message', (order: HttpOrder) => {
  void new Stretch(order).run().then((outcome) => tell({ outcome }));
});
