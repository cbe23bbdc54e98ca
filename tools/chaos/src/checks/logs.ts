/** Checks the processes' logs. An unhandled error ends a process, but its supervisor hides that by a restart. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ERROR_LEVEL = 50;
const LINES_MAX = 20;

/** Error lines in the services' logs: each is a bug, or an event that can't take effect. @throws if there are no logs */
export function errorLines(dir: string): string[] {
  const logs = join(dir, 'logs');
  const services = readdirSync(logs).filter((name) => /^(gateway|customers|loans|payments|webhooks)/.test(name));
  return services
    .flatMap((name) =>
      readFileSync(join(logs, name), 'utf8')
        .split('\n')
        .filter(isError)
        .map((line) => `${name}: ${line}`),
    )
    .slice(0, LINES_MAX);
}

function isError(line: string): boolean {
  if (!line.startsWith('{')) return false;
  try {
    const { level } = JSON.parse(line) as { level?: unknown };
    return typeof level === 'number' ? level >= ERROR_LEVEL : ['error', 'fatal'].includes(String(level));
  } catch {
    return false;
  }
}
