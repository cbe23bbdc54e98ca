/**
 * A modifiable copy of the working tree (the files that git tracks or does not ignore, in their current state) or of
 * another copy. Its node_modules contain links: to the real packages, and for workspaces to the copy, so that a changed
 * workspace is changed for everything that imports it.
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

/**
 * Copies the working tree to a new folder below the system's temporary one.
 *
 * @returns the path of the copy
 */
export function copyTree(root: string): string {
  const copy = realpathSync(mkdtempSync(join(tmpdir(), 'mo-copy-')));
  const moduleFolders = ['node_modules'];
  for (const path of existsSync(join(root, '.git')) ? listedByGit(root) : filesBelow(root)) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    copyFileSync(join(root, path), join(copy, path));
    if (basename(path) === 'package.json' && path !== 'package.json')
      moduleFolders.push(join(dirname(path), 'node_modules'));
  }
  for (const folder of moduleFolders) if (existsSync(join(root, folder))) linkModules(realpathSync(root), copy, folder);
  return copy;
}

function listedByGit(root: string): string[] {
  const arguments_ = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const listing = execFileSync('git', arguments_, { cwd: root, encoding: 'utf8', maxBuffer: LISTING_BYTES_MAX });
  // A removed file is still listed until its removal is committed.
  return listing.split('\0').filter((path) => path !== '' && existsSync(join(root, path)));
}

/** All files of a copy except its node_modules and generated folders. */
function filesBelow(root: string, folder = ''): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isFile()) return [path];
    return entry.isDirectory() && !NOT_COPIED.has(entry.name) ? filesBelow(root, path) : [];
  });
}

/** Links each package in a node_modules folder; a scope is a folder of packages. */
function linkModules(root: string, copy: string, folder: string): void {
  mkdirSync(join(copy, folder), { recursive: true });
  for (const name of readdirSync(join(root, folder))) {
    const path = join(folder, name);
    if (name.startsWith('@') && lstatSync(join(root, path)).isDirectory()) linkModules(root, copy, path);
    else symlinkSync(linkTarget(root, copy, path), join(copy, path));
  }
}

/** The real package, or for a workspace its folder in the copy. */
function linkTarget(root: string, copy: string, path: string): string {
  const real = realpathSync(join(root, path));
  const inside = relative(root, real);
  const isWorkspace = !inside.startsWith('..') && !inside.split(sep).includes('node_modules');
  return isWorkspace ? join(copy, inside) : real;
}
