import { climbStepwise, type Ladder } from '../src/processes/ladder.ts';

const ladder: Ladder = [
  { signal: 'SIGINT', afterMs: 0 },
  { signal: 'SIGQUIT', afterMs: 100 },
  { signal: 'SIGKILL', afterMs: 200 },
];

describe('climbing a ladder step by step', () => {
  test.each([
    ['ends after the first signal', 'SIGINT', 1],
    ['ends after the last one, which has a time limit of its own', 'SIGKILL', 3],
  ] as const)('%s', async (_what, effective, count) => {
    const sent: NodeJS.Signals[] = [];
    const isGone = () => sent.includes(effective);
    expect(await climbStepwise(ladder, (name) => sent.push(name), isGone, 1)).toBe(true);
    expect(sent).toEqual(ladder.slice(0, count).map(({ signal }) => signal));
  });

  test('fails if the process is there after the last signal', async () => {
    const sent: NodeJS.Signals[] = [];
    expect(
      await climbStepwise(
        ladder,
        (name) => sent.push(name),
        () => false,
        1,
      ),
    ).toBe(false);
    expect(sent).toEqual(['SIGINT', 'SIGQUIT', 'SIGKILL']);
  });
});
