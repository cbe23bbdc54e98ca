import type { Running } from '../src/processes/guard.ts';
import { Keeper, type Program } from '../src/processes/keeper.ts';

/** A process that ends as the test wants. */
function dummy(outcomeOfStop: string) {
  const gone = Promise.withResolvers<string>();
  const hurries: (AbortSignal | undefined)[] = [];
  const running: Running = {
    pid: 7,
    gone: gone.promise,
    stop: async (hurry) => {
      hurries.push(hurry);
      gone.resolve(outcomeOfStop);
    },
  };
  return { running, hurries, die: () => gone.resolve('ended by SIGKILL') };
}

function keeperOf(start: Program['start'], ready: Program['ready'] = async () => {}, log = (_line: string) => {}) {
  const lines: string[] = [];
  const onLine = (line: string) => {
    lines.push(line);
    log(line);
  };
  return { keeper: new Keeper({ name: 'loans', start, ready }, { log: onLine }), lines };
}

it.each([
  ['exited with 0', []],
  ['ended by SIGKILL', ['loans did not stop in time and was killed']],
])('a stop after which the program %s logs %j', async (outcome, expected) => {
  const { running } = dummy(outcome);
  const { keeper, lines } = keeperOf(async () => running);
  await keeper.start();
  await keeper.stop();
  expect(lines).toEqual(expected);
});

it('a hurried stop does not report the kills that it asks for', async () => {
  const { running } = dummy('ended by SIGKILL');
  const { keeper, lines } = keeperOf(async () => running);
  await keeper.start();
  await keeper.stop(AbortSignal.abort());
  expect(lines).toEqual([]);
});

it('a hurried stop also hurries a program that is being restarted', async () => {
  const [first, second] = [dummy('exited with 0'), dummy('exited with 0')];
  const restarting = Promise.withResolvers<void>();
  const restarted = Promise.withResolvers<Running>();
  let starts = 0;
  const { keeper } = keeperOf(async () => {
    starts += 1;
    if (starts === 1) return first.running;
    restarting.resolve();
    return restarted.promise;
  });
  await keeper.start();
  first.die();
  await restarting.promise;
  const hurry = AbortSignal.abort();
  const stopped = keeper.stop(hurry);
  restarted.resolve(second.running);
  await stopped;
  expect(second.hurries).toEqual([hurry]);
});

describe('a program that was restarted', () => {
  it('is announced once it is ready, even if it died again before', async () => {
    const dummies = [dummy('exited with 0'), dummy('exited with 0'), dummy('exited with 0')];
    let starts = 0;
    const usable = Promise.withResolvers<void>();
    const announced = Promise.withResolvers<void>();
    const start = async () => {
      const { running } = dummies[starts++]!;
      if (starts === 2) setImmediate(() => dummies[1]!.die());
      if (starts === 3) setImmediate(() => usable.resolve());
      return running;
    };
    const log = (line: string) => line.endsWith('again') && announced.resolve();
    const { keeper, lines } = keeperOf(start, () => (starts === 1 ? Promise.resolve() : usable.promise), log);
    await keeper.start();
    await keeper.ready();
    dummies[0]!.die();
    await announced.promise;
    await keeper.stop();
    const death = 'loans ended by SIGKILL: restarting it';
    expect(lines).toEqual([death, death, 'loans is ready again']);
  });

  it('is announced even if it once took too long to become ready', async () => {
    const dummies = [dummy('exited with 0'), dummy('exited with 0')];
    const outcomes = [null, 'loans was not ready', 'loans was not ready again', null];
    const ready = async () => {
      const failure = outcomes.shift();
      if (failure) throw new Error(failure);
    };
    const announced = Promise.withResolvers<void>();
    const log = (line: string) => line === 'loans is ready again' && announced.resolve();
    let starts = 0;
    const { keeper, lines } = keeperOf(async () => dummies[starts++]!.running, ready, log);
    await keeper.start();
    await keeper.ready();
    dummies[0]!.die();
    await announced.promise;
    await keeper.stop();
    expect(lines).toEqual(['loans ended by SIGKILL: restarting it', 'loans was not ready', 'loans is ready again']);
  });

  it('is not announced if it is stopped before', async () => {
    const dummies = [dummy('exited with 0'), dummy('exited with 0')];
    const asked = Promise.withResolvers<AbortSignal>();
    const aborted = Promise.withResolvers<void>();
    let isAsking = false;
    const ready = async (signal?: AbortSignal) => {
      if (!signal) return;
      isAsking = true;
      signal.addEventListener('abort', () => setImmediate(aborted.reject, new Error('not ready')));
      asked.resolve(signal);
      await aborted.promise.finally(() => {
        isAsking = false;
      });
    };
    let starts = 0;
    const { keeper, lines } = keeperOf(async () => dummies[starts++]!.running, ready);
    await keeper.start();
    await keeper.ready();
    dummies[0]!.die();
    await asked.promise;
    await keeper.stop();
    expect(isAsking).toBe(false);
    expect(lines).toEqual(['loans ended by SIGKILL: restarting it']);
  });
});
