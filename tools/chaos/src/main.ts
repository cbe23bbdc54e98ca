/**
 * `npm run chaos`: the system under faults, on real servers. Exit code 0 where nothing was violated, 1 where something
 * was, 2 where it could not begin.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeStack } from '@mo/dev-stack';
import { chaos } from './chaos.ts';
import { OptionsError, readOptions, USAGE } from './options.ts';
import { renderReport } from './report.ts';

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === null) {
    console.log(USAGE);
    return 0;
  }
  const startedMs = performance.now();
  const dir = mkdtempSync(join(tmpdir(), 'mo-chaos-'));
  const log = (line: string) => {
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(0).padStart(4);
    process.stderr.write(`[${seconds} s] ${line}\n`);
  };
  log(`seed ${options.seed}`);
  const report = await chaos({ ...options, dir, log });
  console.log(renderReport(report));
  if (report.tally.violated === 0) {
    await removeStack(dir);
    return 0;
  }
  console.log(
    `logs are in ${join(dir, 'logs')}; the same faults again: npm run chaos -- --minutes ${options.minutes} --seed ${options.seed}`,
  );
  return 1;
}

// Not left to Node.js: where a connection has died in the midst of a write, it may wait for that without end when it tidies up.
try {
  process.exit(await main());
} catch (error) {
  console.error(error instanceof OptionsError ? error.message : error);
  process.exit(2);
}
