/**
 * Where things are kept: the state of one stack (`.mo/`: data, passwords, logs), and the cache of what was downloaded,
 * which all stacks of a user share.
 *
 * PostgreSQL refuses to run as root. Where we are root it runs as the user "nobody", who cannot see into a home folder
 * that is closed to others; its programs and data then go below /var/lib instead.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const openRoot = '/var/lib/mo-loans';
/** Where they were once, and still are where they were made then: systems may delete there what nobody has touched for a month. */
const formerRoot = '/var/tmp/mo-loans';

/** The user that PostgreSQL runs as, where it may not run as us. */
export function serverUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const nobody = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === 'nobody');
  return { uid: Number(nobody?.[2] ?? 65_534), gid: Number(nobody?.[3] ?? 65_534) };
}

/** Makes the folder that holds the state of one stack. */
export function makeStateDir(dir: string): void {
  mkdirSync(join(dir, 'logs'), { recursive: true });
  // mkdtemp makes folders for their owner only; others may pass through ours, where all secrets are closed files.
  if (serverUser()) chmodSync(dir, 0o711);
}

/** The folder for what was downloaded or built once: `$XDG_CACHE_HOME/mo-loans` or `~/.cache/mo-loans`. */
export function cacheDir(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'mo-loans');
}

/**
 * The path itself if PostgreSQL's user can come to it, else one for the same purpose to which it can. Data stay where they were made;
 * what is only a copy is made anew.
 */
export function reachable(folder: string, kind: 'data' | 'copy'): string {
  if (!serverUser() || canOthersReach(folder)) return folder;
  const name = createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 16);
  const former = join(formerRoot, name);
  if (kind === 'data' && existsSync(former)) return withinRoots(formerRoot, name);
  mkdirSync(openRoot, { recursive: true });
  return withinRoots(openRoot, name);
}

function withinRoots(root: string, name: string): string {
  const found = lstatSync(root);
  if (!found.isDirectory() || found.uid !== 0 || (found.mode & 0o022) !== 0)
    throw new Error(`${root} must be a folder that only root can write to: remove it`);
  chmodSync(root, 0o755); // whatever the umask
  return join(root, name);
}

function canOthersReach(folder: string): boolean {
  for (let at = dirname(resolve(folder)); ; at = dirname(at)) {
    const mode = statSync(at, { throwIfNoEntry: false })?.mode;
    if (mode !== undefined && (mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/** Writes a file so that a reader sees the old text or the new one, never a part. */
export function writeAtomically(path: string, text: string, mode = 0o600): void {
  const part = `${path}.${randomBytes(4).toString('hex')}.part`;
  try {
    writeFileSync(part, text, { mode });
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}
