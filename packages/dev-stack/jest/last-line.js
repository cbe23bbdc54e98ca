/**
 * Ends a test run with one line, `N passed, N failed`, after everything that jest has to say. It is a reporter, which
 * counts, and a hook at the end of the process, which prints: a run that fails before any reporter exists, or without
 * a failing test, counts one failure.
 */
import { writeSync } from 'node:fs';

let counts;

/** Has the process end with the line. To be called once, by the configuration. */
export function endWithCounts() {
  process.on('exit', (code) => {
    const hasFailed = code !== 0 || Boolean(process.exitCode);
    if (!counts && !hasFailed) return; // nothing was asked to run, as with --listTests
    const { passed, failed } = counts ?? { passed: 0, failed: 0 };
    const failures = failed === 0 && (hasFailed || passed === 0) ? 1 : failed;
    print(`${passed} passed, ${failures} failed\n`);
    if (failures > 0 && !hasFailed) process.exitCode = 1;
  });
}

export default class LastLine {
  /** A suite that could not be run at all counts as one failed test. */
  onRunComplete(_contexts, results) {
    counts = { passed: results.numPassedTests, failed: results.numFailedTests + results.numRuntimeErrorTestSuites };
  }
}

/** At the end of a process only what is written synchronously arrives, and a full pipe has to be waited for. */
function print(line) {
  const attemptsMax = 1_000;
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    try {
      writeSync(1, line);
      return;
    } catch (error) {
      if (error.code !== 'EAGAIN') return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
