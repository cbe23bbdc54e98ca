/** The benchmark's HTTP load generator, in its own thread. */
import { parentPort } from 'node:worker_threads';
import { addHistogram, generate, type Level, type Reply, recordMs, requestText, Sockets, type Target } from '@mo/load';
import { countError, newOutcome, type Outcome } from './outcome.ts';
import { KINDS, type Recipe, Recipes, type Wanted } from './recipes.ts';

/** One load. */
export interface HttpOrder {
  readonly target: Target;
  readonly recipe: Recipe;
  readonly prefix: string;
  readonly first: number;
  readonly level: Level;
  readonly durationMs: number;
  /** Reports the token of every n-th acknowledged write during the load; 0 for none. */
  readonly tellEvery: number;
}

/** Messages of the thread: tokens of acknowledged writes, and finally the outcome. */
export type HttpNews = { readonly token: string } | { readonly outcome: Outcome };

/** When all sockets are in use, an arrival counts as an error and is not sent. */
const SOCKETS_MAX = 1_024;
const socketsByTarget = new Map<string, Sockets>();

function socketsOf({ host, port }: Target): Sockets {
  const name = `${host}:${port}`;
  const sockets = socketsByTarget.get(name) ?? new Sockets(host, port, SOCKETS_MAX);
  socketsByTarget.set(name, sockets);
  return sockets;
}

async function run(order: HttpOrder): Promise<Outcome> {
  const { target, level, durationMs } = order;
  const recipes = new Recipes(order.recipe, order.prefix, order.first);
  const outcome = newOutcome();
  const { seconds, unsent, lateness } = await generate<Wanted>({
    level,
    durationMs,
    sockets: socketsOf(target),
    next: () => recipes.next(),
    textOf: (wanted) => requestText(wanted, target),
    onReply: (wanted, reply, latencyMs) => count(outcome, order, { wanted, reply, latencyMs }),
  });
  if (unsent > 0) countError(outcome, 'no socket was free', unsent);
  addHistogram(outcome.lateness, lateness);
  return Object.assign(outcome, { seconds, nextNumber: recipes.nextNumber });
}

interface Answered {
  readonly wanted: Wanted;
  readonly reply: Reply;
  readonly latencyMs: number;
}

function count(outcome: Outcome, { tellEvery }: HttpOrder, { wanted, reply, latencyMs }: Answered): void {
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
  if (tellEvery > 0 && acknowledgedIn(outcome) % tellEvery === 0 && reply.token !== null) tell({ token: reply.token });
}

const acknowledgedIn = ({ created }: Outcome): number => KINDS.reduce((sum, kind) => sum + created[kind].length, 0);

const tell = (news: HttpNews): void => parentPort?.postMessage(news);

parentPort?.on('message', (order: HttpOrder) => {
  void run(order).then((outcome) => tell({ outcome }));
});
