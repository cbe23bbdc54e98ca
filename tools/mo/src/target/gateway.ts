/**
 * The gateway of a command, and its key: from the options, else from the environment, else from the stack that `npm
 * start` runs and `.mo/stack.json` describes.
 */
import { dirname, join, resolve } from 'node:path';
import { CommandError } from '@mo/command';
import { STREAMS } from '@mo/contracts';
import { readStackFile, type StackFile } from '@mo/dev-stack/stack-file';

export interface Gateway {
  /** The gateway's origin. */
  readonly url: string;
  readonly key: string;
  /** The source of the key, for messages. */
  readonly keyFrom: string;
}

/** Advice at the end of errors that name what is missing. */
export const OR_START = 'or run `npm start` in another terminal';

/** The running stack: of MO_DIR, else of the folder or a parent folder; null if there is none. @throws CommandError */
export function findStack(env: NodeJS.ProcessEnv, cwd: string): StackFile | null {
  if (env.MO_DIR) return stackIn(resolve(cwd, env.MO_DIR));
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const stack = stackIn(join(folder, '.mo'));
    if (stack !== null || folder === dirname(folder)) return stack;
  }
}

/** Finds the gateway and the key. The stack's key is sent only to the stack's gateway. @throws CommandError */
export function findGateway(
  options: { url?: string | undefined; key?: string | undefined },
  env: NodeJS.ProcessEnv,
  cwd: string,
): Gateway {
  const stack = findStack(env, cwd);
  const named = options.url || env.MO_URL || stack?.gateway.url;
  if (named === undefined)
    throw new CommandError(`no gateway: give --url and --key, set MO_URL and MO_API_KEY, ${OR_START}`);
  const url = originOf(named);
  if (options.key) return { url, key: options.key, keyFrom: '--key' };
  if (env.MO_API_KEY) return { url, key: env.MO_API_KEY, keyFrom: 'MO_API_KEY' };
  if (stack !== null && url === originOf(stack.gateway.url))
    return { url, key: stack.apiKey, keyFrom: 'the running stack' };
  throw new CommandError(`no API key for ${url}: give --key or set MO_API_KEY`);
}

/** @throws CommandError if the text is not an origin */
export function originOf(text: string): string {
  const url = URL.parse(text);
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    url.pathname !== '/' ||
    url.search !== '' ||
    url.username !== '' ||
    url.password !== ''
  )
    throw new CommandError(`a URL must be an origin such as http://127.0.0.1:8080, not "${text}"`);
  return url.origin;
}

function stackIn(dir: string): StackFile | null {
  let stack: StackFile | undefined;
  try {
    stack = readStackFile(dir);
  } catch (error) {
    throw new CommandError((error as Error).message, { cause: error });
  }
  if (stack === undefined) return null;
  const isWhole = stack.gateway?.url && stack.apiKey && stack.kafka?.brokers?.length > 0;
  if (!isWhole || STREAMS.some((stream) => !stack[stream]?.databaseUrl))
    throw new CommandError(`${dir}/stack.json does not name a gateway, databases and brokers: \`npm start\` writes it`);
  return stack;
}
