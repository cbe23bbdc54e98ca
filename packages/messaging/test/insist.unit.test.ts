import { REMIND_MS } from '@mo/service-kit';
import { Insistence, insist, joinKafka } from '../src/follower/insist.ts';
import { waitFor } from '../src/testing/index.ts';
import { notedLines } from './noted-lines.ts';

const OVER = 'info background work succeeds again';

/** What is insisted by, in a time that passes only while it waits, and what it logs. */
function setUp() {
  const { logger, lines } = notedLines();
  const stopping = new AbortController();
  let nowMs = 0;
  const clock = {
    now: () => 0,
    elapsed: () => nowMs,
    sleep: async (durationMs: number) => {
      nowMs += durationMs;
    },
  };
  return { insistence: new Insistence(clock, logger, stopping.signal), stopping, lines, elapsedMs: () => nowMs };
}

/** Work that fails while that holds. */
const failingWhile = (holds: () => boolean) => async () => {
  if (holds()) throw new Error('the database is unreachable');
};
const count = (lines: readonly string[], line: string) => lines.filter((each) => each === line).length;

describe('work that must succeed', () => {
  const warning = 'warn events could not be processed yet; retrying';

  it('is a warning at once and once a minute while it fails, and its success is logged', async () => {
    const { insistence, lines, elapsedMs } = setUp();
    await insist(
      'events',
      failingWhile(() => elapsedMs() < 2.5 * REMIND_MS),
      insistence,
    );
    expect([lines[0], count(lines, warning), lines.at(-1), count(lines, OVER)]).toEqual([warning, 3, OVER, 1]);
    expect(lines.length).toBeGreaterThan(20);
  });

  it('logs nothing if it succeeds at once', async () => {
    const { insistence, lines } = setUp();
    expect(await insist('events', async () => 7, insistence)).toBe(7);
    expect(lines).toEqual([]);
  });

  it('has succeeded once none of its kind fails any more', async () => {
    const { insistence, lines } = setUp();
    const first = Promise.withResolvers<void>();
    const second = Promise.withResolvers<void>();
    let tries = 0;
    /** Fails once, then succeeds when told. */
    const work = (told: Promise<void>) => {
      let isRetry = false;
      return insist(
        'events',
        async () => {
          tries += 1;
          if (isRetry) return told;
          isRetry = true;
          throw new Error('the row is locked');
        },
        insistence,
      );
    };
    const both = [work(first.promise), work(second.promise)];
    await waitFor(() => tries === 4);
    first.resolve();
    await both[0];
    await insist('events', async () => {}, insistence);
    expect(lines).toEqual([warning, warning.replace('warn', 'debug')]);
    second.resolve();
    await both[1];
    expect(lines.slice(2)).toEqual([OVER]);
  });

  it('of another kind is logged by itself', async () => {
    const { insistence, lines } = setUp();
    let isUp = false;
    const isDown = () => {
      const was = !isUp;
      isUp = true;
      return was;
    };
    const letters = insist(
      'dead letters',
      failingWhile(() => !isUp),
      insistence,
    );
    await insist('events', failingWhile(isDown), insistence);
    await letters;
    expect(lines.filter((line) => line.startsWith('warn'))).toEqual([
      'warn dead letters could not be processed yet; retrying',
      warning,
    ]);
  });

  it('ends with its error once it is no longer wanted', async () => {
    const { insistence, stopping, lines } = setUp();
    stopping.abort();
    await expect(
      insist(
        'events',
        failingWhile(() => true),
        insistence,
      ),
    ).rejects.toThrow('unreachable');
    expect(lines).toEqual([]);
  });
});

describe('joining Kafka', () => {
  const failure = 'Kafka cannot be reached yet; retrying';

  it('is no warning if it succeeds soon', async () => {
    const { insistence, lines } = setUp();
    let attempts = 0;
    await joinKafka(
      failingWhile(() => ++attempts < 3),
      insistence,
    );
    expect(lines).toEqual([`info ${failure}`, `debug ${failure}`]);
  });

  it('is a warning once a minute if it fails for longer, and its success is logged', async () => {
    const { insistence, lines, elapsedMs } = setUp();
    await joinKafka(
      failingWhile(() => elapsedMs() < 2.5 * REMIND_MS),
      insistence,
    );
    expect([count(lines, `info ${failure}`), count(lines, `warn ${failure}`), lines.at(-1)]).toEqual([1, 3, OVER]);
  });
});
