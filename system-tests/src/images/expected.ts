/** What each image must contain, derived from the lock file and from tsconfig.images.json. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Dependency } from './contents.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

interface LockedPackage {
  readonly link?: boolean;
  readonly resolved?: string;
  readonly optional?: boolean;
}

/** The workspace, and all packages that npm installs for it in production. */
export function productionDependencies(workspace: string): Dependency[] {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  const list = ['ls', '--package-lock-only', '--workspace', workspace, '--omit=dev', '--all', '--parseable'];
  return linesOf('npm', list).map((path) => {
    const locked: LockedPackage = packages[path] ?? {};
    const folder = locked.link === true ? String(locked.resolved) : path;
    return { folder, isOptional: locked.optional === true };
  });
}

/** The sources that `tsconfig.images.json` checks. */
export function checkedSources(): ReadonlySet<string> {
  const files = linesOf('node_modules/.bin/tsc', ['--project', 'tsconfig.images.json', '--listFilesOnly']);
  return new Set(files.filter((file) => !file.startsWith('node_modules/')));
}

/** The paths that a command prints, relative to the root of the repository. */
function linesOf(command: string, args: readonly string[]): string[] {
  const text = execFileSync(command, args, { cwd: ROOT, encoding: 'utf8', maxBuffer: OUTPUT_BYTES_MAX });
  const paths = text.split('\n').filter((line) => line !== '');
  return paths.map((path) => relative(ROOT, path)).filter((path) => path !== '');
}
