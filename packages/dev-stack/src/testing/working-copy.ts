/**
 * A copy of the working tree, in which code is changed: what git tracks and what it doesn't ignore, as it is now. Its
 * node_modules are links to the real ones, but for the workspaces, which are links to the copy: a change of a package is
 * one for all that import it.
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
import { dirname, join, relative, sep } from 'node:path';

const LISTING_BYTES_MAX = 64 * 1024 * 1024;

/** Copies the working tree to a new folder below the system's temporary one, and names that. */
export function copyTree(root: string): string {
  const copy = realpathSync(mkdtempSync(join(tmpdir(), 'mo-copy-')));
  const arguments_ = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const listing = execFileSync('git', arguments_, { cwd: root, encoding: 'utf8', maxBuffer: LISTING_BYTES_MAX });
  for (const path of listing.split('\0')) {
    // A file that was removed and not committed yet is still listed.
    if (path === '' || !existsSync(join(root, path))) continue;
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    copyFileSync(join(root, path), join(copy, path));
  }
  const modules = join(root, 'node_modules');
  if (existsSync(modules)) linkModules(realpathSync(root), copy, 'node_modules');
  return copy;
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
