/**
 * Ends a test run with the line `N passed, N failed`, after all output of jest. A reporter counts, and a hook at the
 * end of the process prints. A run that fails before any reporter exists, or without a failing test, counts as one
 * failure.
 */
import { writeSync } from 'node:fs';

let counts;

/** Makes the process print the line at its end. The configuration calls this once. */
export function endWithCounts() {
  process.on('exit', (code) => {
    const hasFailed = code !== 0 || Boolean(process.exitCode);
    if (!counts && !hasFailed) return; // no tests were requested, as with --listTests
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

/** In an exit handler only synchronous writes arrive, and a full pipe (EAGAIN) has to be waited for. */
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
