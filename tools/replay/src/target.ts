/**
 * Which gateway to drive, and with which key: from the options, else MO_URL and MO_API_KEY, else the stack that
 * `npm start` runs. The stack's key goes to the stack's own gateway alone.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ReplayError } from './replay-error.ts';

export interface Target {
  /** The gateway's origin. */
  readonly url: string;
  readonly key: string;
}

/** Finds the gateway and the key. @throws ReplayError naming what is missing or wrong */
export function findTarget(options: { url?: string; key?: string }, env: NodeJS.ProcessEnv, cwd: string): Target {
  const named = options.url || env.MO_URL || undefined;
  const key = options.key || env.MO_API_KEY || undefined;
  if (named !== undefined && key !== undefined) return { url: originOf(named), key };
  const stack = readStack(resolve(cwd, env.MO_DIR || '.mo', 'stack.json'));
  if (named === undefined && stack === null)
    throw new ReplayError('no gateway: give --url and --key, set MO_URL and MO_API_KEY, or run `npm start`');
  const url = originOf(named ?? stack?.url ?? '');
  const found = key ?? (stack !== null && url === originOf(stack.url) ? stack.key : undefined);
  if (found === undefined) throw new ReplayError(`no API key for ${url}: give --key or set MO_API_KEY`);
  return { url, key: found };
}

function originOf(text: string): string {
  const url = URL.parse(text);
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    url.pathname !== '/' ||
    url.search !== '' ||
    url.username !== ''
  )
    throw new ReplayError(`the gateway's URL must be an origin such as http://127.0.0.1:8080, not "${text}"`);
  return url.origin;
}

/** Reads what `npm start` wrote; null where nothing runs. */
function readStack(path: string): Target | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return null;
  }
  try {
    const { gateway, apiKey } = JSON.parse(text) as { gateway?: { url?: unknown }; apiKey?: unknown };
    if (typeof gateway?.url === 'string' && typeof apiKey === 'string') return { url: gateway.url, key: apiKey };
  } catch (error) {
    throw new ReplayError(`${path} is not JSON`, { cause: error });
  }
  throw new ReplayError(`${path} names no gateway.url and apiKey`);
}
