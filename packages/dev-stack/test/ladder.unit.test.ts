import { climb, type Ladder } from '../src/processes/ladder.ts';

const ladder: Ladder = [
  { signal: 'SIGINT', afterMs: 0 },
  { signal: 'SIGQUIT', afterMs: 100 },
  { signal: 'SIGKILL', afterMs: 200 },
];
const PAUSE_MS = 300;
/** Shorter than a step. */
const ANSWER_MS = 20;

/** Lets this process stand still. */
const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);

/** Climbs the ladder for a process that `onSignal` ends. */
async function climbed(onSignal: (name: NodeJS.Signals, end: () => void) => void, goneMsMax?: number) {
  const sent: NodeJS.Signals[] = [];
  const { promise: gone, resolve: end } = Promise.withResolvers<void>();
  const signal = (name: NodeJS.Signals) => {
    sent.push(name);
    onSignal(name, end);
  };
  return { isGone: await climb(ladder, signal, gone, goneMsMax), sent };
}

describe('climbing a ladder', () => {
  test.each([
    ['ends after the first signal', 'SIGINT', 1],
    ['ends after the last one, which has a time limit of its own', 'SIGKILL', 3],
  ] as const)('%s', async (_what, effective, count) => {
    const sent = ladder.slice(0, count).map(({ signal }) => signal);
    expect(await climbed((name, end) => name === effective && end(), 1)).toEqual({ isGone: true, sent });
  });

  test('fails if the process is there after the last signal', async () => {
    expect(await climbed(() => {}, 1)).toEqual({ isGone: false, sent: ['SIGINT', 'SIGQUIT', 'SIGKILL'] });
  });

  test('waits without a limit after the last signal if none is given', async () => {
    const onSignal = (name: NodeJS.Signals, end: () => void) => name === 'SIGKILL' && setTimeout(end, PAUSE_MS);
    expect(await climbed(onSignal)).toMatchObject({ isGone: true });
  });

  test('sends nothing to a process that is gone', async () => {
    const sent: NodeJS.Signals[] = [];
    expect(await climb(ladder, (name) => sent.push(name), Promise.resolve())).toBe(true);
    expect(sent).toEqual([]);
  });

  test('skips no step after a pause of this process', async () => {
    const onSignal = (name: NodeJS.Signals, end: () => void) => {
      if (name === 'SIGINT') pause();
      else setTimeout(end, ANSWER_MS);
    };
    expect(await climbed(onSignal)).toEqual({ isGone: true, sent: ['SIGINT', 'SIGQUIT'] });
  });
});
