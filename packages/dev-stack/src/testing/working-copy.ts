/**
 * A copy of the working tree, in which code is changed: what git tracks and what it doesn't ignore, as it is now; or of
 * another copy. Its node_modules are links to the real ones, but for the workspaces, which are links to the copy: a change of
 * a package is one for all that import it.
 */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, sep } from 'node:path';

const LISTING_BYTES_MAX = 64 * 1024 * 1024;
const NOT_COPIED = new Set(['node_modules', '.mo', '.turbo', 'dist', 'coverage']);

/** Copies the working tree to a new folder below the system's temporary one, and names that. */
export function copyTree(root: string): string {
  const copy = realpathSync(mkdtempSync(join(tmpdir(), 'mo-copy-')));
  const modules = ['node_modules'];
  for (const path of existsSync(join(root, '.git')) ? listedByGit(root) : filesBelow(root)) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    copyFileSync(join(root, path), join(copy, path));
    if (basename(path) === 'package.json' && path !== 'package.json') modules.push(join(dirname(path), 'node_modules'));
  }
  for (const folder of modules) if (existsSync(join(root, folder))) linkModules(realpathSync(root), copy, folder);
  return copy;
}

function listedByGit(root: string): string[] {
  const arguments_ = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const listing = execFileSync('git', arguments_, { cwd: root, encoding: 'utf8', maxBuffer: LISTING_BYTES_MAX });
  // A file that was removed and not committed yet is still listed.
  return listing.split('\0').filter((path) => path !== '' && existsSync(join(root, path)));
}

/** All that a copy holds but its modules, and what was made in it since. */
function filesBelow(root: string, folder = ''): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isFile()) return [path];
    return entry.isDirectory() && !NOT_COPIED.has(entry.name) ? filesBelow(root, path) : [];
  });
}

/** Links each package of a folder of packages; a scope is a folder of its own. */
function linkModules(root: string, copy: string, folder: string): void {
  mkdirSync(join(copy, folder), { recursive: true });
  for (const name of readdirSync(join(root, folder))) {
    const path = join(folder, name);
    if (name.startsWith('@') && lstatSync(join(root, path)).isDirectory()) linkModules(root, copy, path);
    else symlinkSync(placeIn(root, copy, path), join(copy, path));
  }
}

function placeIn(root: string, copy: string, path: string): string {
  const real = realpathSync(join(root, path));
  const inside = relative(root, real);
  const isWorkspace = !inside.startsWith('..') && !inside.split(sep).includes('node_modules');
  return isWorkspace ? join(copy, inside) : real;
}
