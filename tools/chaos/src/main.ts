/** `npm run chaos`: tests the system under faults, on real servers. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeStack } from '@mo/dev-stack';
import { chaos } from './chaos.ts';
import { commandOf, OptionsError, readOptions, USAGE } from './options.ts';
import { exitOf, renderReport } from './report.ts';

/** 128 + SIGINT, as shells report it. */
const EXIT_STOPPED = 130;

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
  const stopping = new AbortController();
  // A second signal ends the process at once.
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort());
  // A run that fails keeps its folder, too: its logs show why.
  let isClean = false;
  try {
    const report = await chaos({ ...options, dir, log, signal: stopping.signal });
    console.log(renderReport(report));
    isClean = report.tally.isClean;
    if (!isClean) console.log(`logs are in ${join(dir, 'logs')}; the same faults again: ${commandOf(options)}`);
    return exitOf(report.tally);
  } catch (error) {
    if (!stopping.signal.aborted) {
      log(`logs are in ${join(dir, 'logs')}`);
      throw error;
    }
    isClean = true;
    log('stopped');
    return EXIT_STOPPED;
  } finally {
    if (isClean) await removeStack(dir);
  }
}

// An explicit exit: where a connection died during a write, Node.js may wait forever in its own cleanup.
try {
  process.exit(await main());
} catch (error) {
  console.error(error instanceof OptionsError ? error.message : error);
  process.exit(2);
}
