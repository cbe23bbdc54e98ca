/**
 * Folders for the state of one stack (`.mo/`: data, passwords, logs) and for the download cache, which all stacks of a
 * user share.
 *
 * PostgreSQL refuses to run as root. If this process is root, PostgreSQL runs as the user "nobody", who cannot enter a
 * home folder that is closed to others. Its programs and data are then stored below /var/lib instead.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  linkSync,
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
/** An earlier location, still used for data created there. Systems may delete files there after a month without use. */
const formerRoot = '/var/tmp/mo-loans';

/** The user that PostgreSQL runs as if this process is root; else undefined. */
export function serverUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const nobody = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === 'nobody');
  return { uid: Number(nobody?.[2] ?? 65_534), gid: Number(nobody?.[3] ?? 65_534) };
}

/**
 * Creates the folder for the state of one stack.
 *
 * @throws Error that says what to do if this process cannot write to it
 */
export function makeStateDir(dir: string): void {
  try {
    makeFolder(join(resolve(dir), 'logs'));
    for (const folder of [dir, join(dir, 'logs')]) accessSync(folder, constants.W_OK);
  } catch (error) {
    const reason = (error as Error).message;
    throw new Error(`the stack cannot write to its folder (${reason}): give this user access, or set MO_DIR`);
  }
  // mkdtemp closes folders to others, but PostgreSQL's user must pass through. Secrets are in files closed to others.
  if (serverUser()) chmodSync(dir, 0o711);
}

/** Creates the missing folders of an absolute path. In /proc, the option `recursive` of `mkdir` would never end. */
function makeFolder(path: string): void {
  if (path === dirname(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST' && statSync(path).isDirectory();
    if (!isThere) throw error;
  }
}

/** The folder for downloads and their derivatives: `$XDG_CACHE_HOME/mo-loans` or `~/.cache/mo-loans`. */
export function cacheDir(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'mo-loans');
}

/**
 * The path itself if PostgreSQL's user can reach it, else a replacement path that this user can reach. Existing data
 * stay in the earlier location; a mere copy is created again in the current one.
 */
export function reachablePath(folder: string, kind: 'data' | 'copy'): string {
  if (!serverUser() || canOthersReach(folder)) return folder;
  const name = createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 16);
  const former = join(formerRoot, name);
  if (kind === 'data' && existsSync(former)) return pathIn(formerRoot, name);
  mkdirSync(openRoot, { recursive: true });
  return pathIn(openRoot, name);
}

/** @throws Error if users other than root can write to the root folder */
function pathIn(root: string, name: string): string {
  const found = lstatSync(root);
  if (!found.isDirectory() || found.uid !== 0 || (found.mode & 0o022) !== 0)
    throw new Error(`${root} must be a folder that only root can write to: remove it`);
  chmodSync(root, 0o755); // regardless of the umask
  return join(root, name);
}

function canOthersReach(folder: string): boolean {
  for (let at = dirname(resolve(folder)); ; at = dirname(at)) {
    const mode = statSync(at, { throwIfNoEntry: false })?.mode;
    if (mode !== undefined && (mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/**
 * Reads a JSON file that a stack has written.
 *
 * @param isValid whether the file can contain this value
 * @param advice what a user can do about a damaged file, as the end of a sentence
 * @returns undefined if the file does not exist
 * @throws Error that names a damaged file; it omits the content, which may be secret
 */
export function readJson<T>(path: string, isValid: (value: unknown) => value is T, advice: string): T | undefined {
  if (!existsSync(path)) return undefined;
  const value = parsed(readFileSync(path, 'utf8'));
  if (!isValid(value)) throw new Error(`${path} is damaged: ${advice}`);
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** True for a JSON object, as opposed to an array or null. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Most of the files contain secrets. */
const OWNER_ONLY = 0o600;

/** Writes a file so that a reader sees either the old or the new text, never a part. */
export function writeAtomically(path: string, text: string): void {
  withPart(path, text, (part) => renameSync(part, path));
}

/**
 * Creates a file with its whole text.
 *
 * @returns false if the file exists; of several processes that create it at once, exactly one gets true
 */
export function createAtomically(path: string, text: string): boolean {
  try {
    withPart(path, text, (part) => linkOrWrite(part, path, text));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Links, because a link, unlike a rename, replaces nothing. Some file systems, such as exFAT, have no links. */
function linkOrWrite(part: string, path: string, text: string): void {
  try {
    linkSync(part, path);
  } catch (error) {
    if (!NO_LINKS.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    writeFileSync(path, text, { flag: 'wx', mode: OWNER_ONLY });
  }
}

const NO_LINKS = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']);

function withPart(path: string, text: string, publish: (part: string) => void): void {
  const part = `${path}.${randomBytes(4).toString('hex')}.part`;
  try {
    writeFileSync(part, text, { mode: OWNER_ONLY });
    publish(part);
  } finally {
    rmSync(part, { force: true });
  }
}
