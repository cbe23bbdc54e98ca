import { defaultLimits } from '../src/forward/limits.ts';
import { LoopLag } from '../src/forward/loop-lag.ts';
import { until } from './support.ts';

const limits = { ...defaultLimits, lagTickMs: 2, lagWindowMs: 20, lagMsMax: 10 };

/** Keeps the event loop busy, as reading more requests than it can would. */
function busyFor(ms: number): void {
  for (const endMs = performance.now() + ms; performance.now() < endMs; );
}

describe('a process', () => {
  it('is behind while it is continuously busy and late, until it has caught up', async () => {
    const lag = new LoopLag(limits);
    const work = setInterval(() => busyFor(40), 0);
    await until(() => lag.isBehind, 'it is behind');
    clearInterval(work);
    await until(() => !lag.isBehind, 'it has caught up');
    lag.stop();
  });

  it('is not behind because of one long pause', async () => {
    const lag = new LoopLag(limits);
    // As long as a tick and set after it, so it runs directly after the first tick.
    const ticked = new Promise((resolve) => setTimeout(resolve, limits.lagTickMs));
    busyFor(60);
    await ticked;
    expect(lag.isBehind).toBe(false);
    lag.stop();
  });
});
