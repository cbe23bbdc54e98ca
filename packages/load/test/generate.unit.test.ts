import { type Connection, generate, type Level, type Reply } from '../src/index.ts';

const OK: Reply = { status: 200, hasRetryAfter: false, isProblem: false, token: null };

/** A target that answers in the next turn of the event loop, with at most `max` sockets in use. */
class Target {
  readonly #max: number;
  readonly #reply: Reply;
  used = 0;
  usedMax = 0;
  given = 0;
  readonly texts: string[] = [];

  constructor(max: number, reply: Reply = OK) {
    this.#max = max;
    this.#reply = reply;
  }

  take(): Connection | null {
    if (this.used === this.#max) return null;
    this.used += 1;
    this.usedMax = Math.max(this.usedMax, this.used);
    const send: Connection['send'] = (text, _timeoutMs, done) => {
      this.texts.push(text);
      setImmediate(() => {
        this.used -= 1;
        done(this.#reply);
      });
    };
    return { send } as Connection;
  }

  give(): void {
    this.given += 1;
  }
}

interface Answered {
  readonly wanted: number;
  readonly latencyMs: number;
}

/** Sends at most `most` requests, which are numbered from 0. */
async function load(target: Target, level: Level, durationMs: number, most: number, onNext = (_place: number) => {}) {
  const replies: Answered[] = [];
  let place = 0;
  const generated = await generate<number>({
    level,
    durationMs,
    sockets: target,
    next: () => {
      onNext(place);
      return place < most ? place++ : null;
    },
    textOf: String,
    onReply: (wanted, _reply, latencyMs) => replies.push({ wanted, latencyMs }),
  });
  return { ...generated, replies };
}

const LONG_MS = 3_600_000;

describe('a closed loop', () => {
  it('has one request under way per caller, until there are no more requests', async () => {
    const target = new Target(100);
    const { sent, unsent, replies } = await load(target, { connections: 3 }, LONG_MS, 20);
    expect([sent, unsent, replies.length, target.given, target.usedMax]).toEqual([20, 0, 20, 20, 3]);
    expect(target.texts).toEqual(Array.from({ length: 20 }, (_, place) => String(place)));
  });

  it('ends when its time is over and everything is answered', async () => {
    const target = new Target(100);
    const run = () => load(target, { connections: 2 }, 20, Number.POSITIVE_INFINITY);
    let { sent, replies } = await run();
    // Nothing is sent if the machine stands still for as long as the load takes.
    while (sent === 0) ({ sent, replies } = await run());
    expect([replies.length, target.used]).toEqual([sent, 0]);
  });
});

describe('an open loop', () => {
  it('sends every request that is due, and waits for the answers', async () => {
    const target = new Target(1_000);
    const { sent, replies } = await load(target, { perSecond: 500 }, 100, Number.POSITIVE_INFINITY);
    expect([sent, replies.length, target.used]).toEqual([50, 50, 0]);
  });

  it('counts latency from the due time, even if a request is sent late', async () => {
    const [stallMs, everyMs] = [40, 10];
    // The first request blocks the event loop. Requests that become due meanwhile are sent late and answered at once.
    const stall = (place: number) => {
      const endMs = performance.now() + stallMs;
      while (place === 0 && performance.now() < endMs);
    };
    const { replies } = await load(new Target(100), { perSecond: 1_000 / everyMs }, 50, 5, stall);
    for (const { wanted, latencyMs } of replies)
      expect([wanted, latencyMs >= stallMs - wanted * everyMs]).toEqual([wanted, true]);
  });

  it('does not send a request if no socket is free, but counts it', async () => {
    const target = new Target(0);
    const { sent, unsent, replies } = await load(target, { perSecond: 1_000 }, 20, 5);
    expect([sent, unsent, replies, target.texts]).toEqual([0, 5, [], []]);
  });
});

it('a broken connection is not reused', async () => {
  const target = new Target(100, { broken: 'ECONNRESET' });
  const { replies } = await load(target, { connections: 1 }, LONG_MS, 3);
  expect([replies.length, target.given]).toEqual([3, 0]);
});
