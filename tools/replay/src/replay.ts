/** One replay from beginning to end: read, foresee, drive, compare, sum up. */
import { CLIENT_LIMITS, type ClientLimits, GatewayClient } from './client.ts';
import { COMPARE_LIMITS, type CompareLimits, type Comparison, compare } from './compare.ts';
import { drive, type Outcome } from './drive.ts';
import { planLanes } from './lanes.ts';
import { foretell } from './oracle.ts';
import { showProgress } from './progress.ts';
import { readDataSet } from './read-rows.ts';
import { ReplayError } from './replay-error.ts';
import { type Summary, summarise } from './report.ts';
import { Tally } from './tally.ts';
import type { Target } from './target.ts';

export interface ReplayOptions {
  readonly dir: string;
  readonly target: Target;
  /** How many customers are driven at once. */
  readonly concurrency: number;
  /** Where progress is shown. */
  readonly output: Parameters<typeof showProgress>[2];
  readonly clientLimits?: ClientLimits;
  readonly compareLimits?: CompareLimits;
}

/**
 * Replays a data set.
 *
 * @throws ReplayError where it can't begin: the files are wrong, or the gateway isn't ready. What stops it later is in
 * the summary.
 */
export async function replay(options: ReplayOptions): Promise<Summary> {
  const { dir, target, concurrency, output, clientLimits = CLIENT_LIMITS, compareLimits = COMPARE_LIMITS } = options;
  const data = await readDataSet(dir);
  const lanes = planLanes(data);
  const client = new GatewayClient(target, concurrency, clientLimits);
  try {
    await client.untilReady(() => output.write(`waiting for ${target.url}\n`));
    const expected = foretell(lanes, new Date());
    const tally = new Tally(expected.verdicts);
    const startedAt = Date.now();
    let driveMs = 0;
    let comparison: Comparison | null = null;
    let stoppedBy: string | null = null;
    const stopProgress = showProgress(expected.verdicts.size, () => tally.answered, output);
    try {
      const onOutcome = (outcome: Outcome) => tally.add(outcome);
      await drive(lanes, client, { dataSet: data.name, concurrency, onOutcome }).finally(() => {
        driveMs = Date.now() - startedAt;
        stopProgress();
      });
      output.write('comparing balances, loans and payments\n');
      comparison = await compare(expected, client, compareLimits);
    } catch (error) {
      if (!(error instanceof ReplayError)) throw error;
      stoppedBy = error.message;
    }
    return summarise({ dataSet: data.name, url: target.url, driveMs, tally, comparison, stoppedBy });
  } finally {
    await client.close();
  }
}
