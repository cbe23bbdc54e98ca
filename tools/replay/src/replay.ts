/** A whole replay: read the rows, predict, send, compare, summarise. */
import { CommandError, type ProgressOutput, showProgress } from '@mo/command';
import { CLIENT_LIMITS, type ClientLimits, GatewayClient } from './client.ts';
import { COMPARE_LIMITS, type CompareLimits, type Comparison, compare } from './compare.ts';
import { drive, type Outcome } from './drive.ts';
import { planLanes } from './lanes.ts';
import { predict } from './oracle.ts';
import { readDataSet } from './read-rows.ts';
import { type Summary, summarise } from './report.ts';
import { Tally } from './tally.ts';

export interface ReplayOptions {
  readonly dir: string;
  /** The gateway's origin, and an API key. */
  readonly target: { readonly url: string; readonly key: string };
  /** Maximum number of customers whose rows are sent concurrently. */
  readonly concurrency: number;
  /** Where progress is shown. */
  readonly output: ProgressOutput;
  readonly clientLimits?: ClientLimits;
  readonly compareLimits?: CompareLimits;
}

/**
 * Replays a data set.
 *
 * @throws CommandError if it cannot start: the files are invalid, or the gateway is not ready. The summary contains any
 * later failure.
 */
export async function replay(options: ReplayOptions): Promise<Summary> {
  const { dir, target, concurrency, output, clientLimits = CLIENT_LIMITS, compareLimits = COMPARE_LIMITS } = options;
  const data = await readDataSet(dir);
  const lanes = planLanes(data);
  const client = new GatewayClient(target, concurrency, clientLimits);
  try {
    await client.untilReady(() => output.write(`waiting for ${target.url}\n`));
    const expected = predict(lanes, new Date());
    const tally = new Tally(expected.verdicts);
    const startedAt = Date.now();
    let driveMs = 0;
    let comparison: Comparison | null = null;
    let stoppedBy: string | null = null;
    const rows = { unit: 'rows', done: () => tally.answered, total: expected.verdicts.size };
    const stopProgress = showProgress(rows, output);
    try {
      const onOutcome = (outcome: Outcome) => tally.add(outcome);
      await drive(lanes, client, { dataSet: data.name, concurrency, onOutcome }).finally(() => {
        driveMs = Date.now() - startedAt;
        stopProgress();
      });
      output.write('comparing balances, loans and payments\n');
      comparison = await compare(expected, client, compareLimits);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      stoppedBy = error.message;
    }
    return summarise({ dataSet: data.name, url: target.url, driveMs, tally, comparison, stoppedBy });
  } finally {
    await client.close();
  }
}
