import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const FLAGS = ['--conditions=source', '--disable-warning=ExperimentalWarning', '--expose-gc'];

/**
 * What a script next to the tests prints, as JSON. It runs as a process of its own with `--expose-gc`, because a
 * collection takes seconds on the heap of a test runner.
 *
 * @param msMax the script is killed after this time, in ms
 */
export async function inOwnProcess<T>(script: string, msMax: number): Promise<T> {
  const main = fileURLToPath(new URL(script, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [...FLAGS, main], { timeout: msMax });
  return JSON.parse(stdout) as T;
}
