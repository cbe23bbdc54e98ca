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

function keeperOf(start: Program['start']) {
  const lines: string[] = [];
  const keeper = new Keeper({ name: 'loans', start, ready: async () => {} }, { log: (line) => lines.push(line) });
  return { keeper, lines };
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
