/** Whether the commands of an image start: each must load, and then report what is missing in its configuration. */
import type { Image, Outcome } from './image.ts';

const UNCONFIGURED = /^The configuration is wrong:\n(?: {2}[A-Z_]+ is not set\n)+$/;
const EXCERPT_LENGTH_MAX = 500;
/** Loads every module of the compiled code except the entry points, also those that a process imports only when needed. */
const LOAD_ALL = `
  import { globSync } from 'node:fs';
  for (const file of globSync(['/app/packages/*/dist/**/*.js', '/app/services/*/dist/**/*.js'])) {
    if (/dist.(main|migrate).js$/.test(file)) continue;
    await import(file).catch((error) => { console.error(file + ': ' + error.message); process.exitCode = 1; });
  }`;

/** @returns the fault of each command of a service that does not start */
export function faultsOfService(image: Image): string[] {
  return [
    fault('its command', image.run(), 1, UNCONFIGURED),
    fault('dist/migrate.js', image.run('node', 'dist/migrate.js'), 1, UNCONFIGURED),
    fault('loading all modules', image.run('node', '--input-type=module', '--eval', LOAD_ALL), 0),
  ].flat();
}

/** @returns the fault of each command of `mo` that does not start */
export function faultsOfMo(image: Image): string[] {
  return [
    fault('mo --version', image.run('--version'), 0),
    fault('mo reconcile', image.run('reconcile'), 2, /^mo: no system to work on: /),
    fault('mo customers list', image.run('customers', 'list'), 2, /^mo: no gateway: /),
  ].flat();
}

function fault(what: string, { code, stderr }: Outcome, expected: number, message?: RegExp): string[] {
  if (code === expected && (message?.test(stderr) ?? true)) return [];
  return [
    `${what} does not start. Exit code ${code}, and ${stderr.trim().slice(0, EXCERPT_LENGTH_MAX) || 'no message'}`,
  ];
}
