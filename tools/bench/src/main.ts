/**
 * `npm run bench`: the speed of the system on this machine, compared with controls. Exit code 0 if everything was
 * measured and its rows add up, 1 if not, 2 for wrong options.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bench } from './bench.ts';
import { PROCESSES } from './measure/processes.ts';
import { OptionsError, readOptions, USAGE } from './options.ts';
import { planOf } from './plan.ts';
import { resultsJson, writeResults } from './report/results.ts';
import { renderLag, renderRatios, renderRested, renderTable } from './report/table.ts';

const LATEST = fileURLToPath(new URL('../../../bench/results/latest.json', import.meta.url));

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === null) {
    console.log(USAGE);
    return 0;
  }
  const [startedAt, startedMs] = [new Date(), performance.now()];
  const seconds = () => (performance.now() - startedMs) / 1000;
  const say = (line: string) => process.stderr.write(`[${seconds().toFixed(0).padStart(4)} s] ${line}\n`);
  const dir = mkdtempSync(join(tmpdir(), 'mo-bench-'));
  const measured = await bench({ plan: planOf(options), dir, say });
  const { ratios, lag, skeletonLag, idleCpuShare, rested, notes, failures } = measured;
  const rows = measured.rows.all;
  const idle = PROCESSES.map((name) => `${name} ${(idleCpuShare[name] * 100).toFixed(1)} %`);
  console.log(`\n${renderTable(rows)}\n`);
  for (const note of notes) console.log(`  ${note}`);
  console.log(`  share of one core while idle: ${idle.join(', ')}`);
  if (lag !== null) console.log(`\n${renderLag(lag, skeletonLag)}`);
  console.log(`\n${renderRested(rested)}`);
  console.log(`\n${renderRatios(ratios)}\n`);
  writeResults(LATEST, resultsJson({ ...measured, startedAt, seconds: seconds(), options, rows }));
  for (const failure of failures) console.log(failure);
  return failures.length === 0 && rows.every(({ isSound }) => isSound) ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof OptionsError)) throw error;
  process.stderr.write(`bench: ${error.message}\n\n${USAGE}\n`);
  process.exitCode = 2;
}
