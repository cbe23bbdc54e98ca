/** `npm run sizing`: derives processes, servers and partitions from the CPU cost of calls. */
import { type Figures, readFigures } from './figures.ts';
import { type Options, readOptions, USAGE, UsageError } from './options.ts';
import { planFor } from './plan.ts';
import { limitsText, planText } from './print.ts';
import { skewOf } from './skew.ts';

function report({ workloads, settings, json }: Options, figures: Figures): string {
  const skew = skewOf(settings.partitions);
  const plans = workloads.map((workload) => ({ workload, plan: planFor(figures, workload, { ...settings, skew }) }));
  if (json) return JSON.stringify({ settings: { ...settings, skew }, plans }, null, 2);
  const [first] = plans;
  return [
    ...plans.map(({ workload, plan }) => planText(workload, plan)),
    ...(first === undefined ? [] : [limitsText(first.plan)]),
    `With ${settings.partitions} replicas the busiest has ${skew.toFixed(2)} times the mean load.`,
  ].join('\n\n');
}

function main(): number {
  try {
    const options = readOptions(process.argv.slice(2));
    console.log(options.help ? USAGE : report(options, readFigures(options.figures)));
    return 0;
  } catch (error) {
    console.error(`sizing: ${(error as Error).message}${error instanceof UsageError ? `\n\n${USAGE}` : ''}`);
    return 2;
  }
}

process.exitCode = main();
