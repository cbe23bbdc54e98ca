/** Interrupts the command in the middle of a run. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const TIMEOUT_MS = 120_000;

it(
  'leaves nothing behind if Ctrl-C stops it between faults',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mo-chaos-command-'));
    const env = { ...process.env, TMPDIR: folder };
    const child = spawn(process.execPath, ['--conditions=source', MAIN, '--clients', '2'], { env });
    const exited = once(child, 'exit');
    const lines = createInterface({ input: child.stderr });
    lines.on('line', (line) => {
      if (line.includes(' 1. ')) child.kill('SIGINT');
    });
    expect(await exited).toEqual([130, null]);
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
  },
  TIMEOUT_MS,
);
