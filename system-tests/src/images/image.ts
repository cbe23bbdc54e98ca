/** A built image: its metadata, its files, and what its commands answer. */
import { spawnSync } from 'node:child_process';

const COMMAND_TIMEOUT_MS = 60_000;
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;
/** A command in an image runs isolated, and with less than compose grants it. */
const ISOLATED = [
  'run',
  '--rm',
  '--init',
  '--pull=never',
  '--network=none',
  '--read-only',
  '--tmpfs=/tmp',
  '--cap-drop=ALL',
];

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class Image {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  /** The user that the image names; empty if it names none, which means root. */
  user(): string {
    return docker(['image', 'inspect', '--format', '{{.Config.User}}', this.name]).stdout.trim();
  }

  /** The paths of all files and links below a folder, relative to it. */
  files(folder: string): string[] {
    const find = ['--user=0', '--entrypoint=find', this.name, folder, '-not', '-type', 'd', '-printf', '%P\\n'];
    const { code, stdout, stderr } = docker([...ISOLATED, ...find]);
    if (code !== 0) throw new Error(`${this.name}: the files in ${folder} cannot be listed: ${stderr}`);
    return stdout.split('\n').filter((line) => line !== '');
  }

  /** Runs the image's own command without any configuration, or another one. */
  run(...command: readonly string[]): Outcome {
    return docker([...ISOLATED, this.name, ...command]);
  }
}

function docker(args: readonly string[]): Outcome {
  const options = { encoding: 'utf8', timeout: COMMAND_TIMEOUT_MS, maxBuffer: OUTPUT_BYTES_MAX } as const;
  const { status, stdout, stderr, error } = spawnSync('docker', args, options);
  if (error !== undefined) throw error;
  return { code: status, stdout, stderr };
}
