/** The command behind `npm start`: the whole system on this machine, until Ctrl-C. */
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { elapsedLog } from '../progress.ts';
import { watchParent } from './parent.ts';
import { rootDir } from './plan.ts';
import { parseReplicas, type Replicas } from './replicas.ts';
import { type Stack, type StackOptions, startStack } from './start-stack.ts';

const usage = `npm start -- [options]

  --replicas loans=2,payments=2   more than one process of a service (customers, loans, payments, webhooks)
  --fresh                         delete the data of earlier runs first
  --help                          this text

Variables: GATEWAY_PORT, CUSTOMERS_PORT, LOANS_PORT, PAYMENTS_PORT, WEBHOOKS_PORT, POSTGRES_PORT, KAFKA_PORT; HOST (of the gateway);
CUSTOMERS_TLS_PORT and so on, where the services are called over TLS (any that is free unless told);
LOG_LEVEL; MO_DIR (data, logs and secrets, .mo by default); MO_SERVERS (embedded or containers);
KAFKA_BROKERS and CUSTOMERS_, LOANS_, PAYMENTS_, WEBHOOKS_, GATEWAY_DATABASE_URL for servers that run already, or the same with
_FILE behind it for a file that holds the value.`;

/** npm passes a Ctrl-C on that the terminal has sent to everybody: two signals so close together are one. */
const sameSignalMs = 300;

const say = (line: string) => console.log(line);
/** Runs until it is told to stop, then ends this process, which has to be one of its own. */
export async function runCommand(overrides: Pick<StackOptions, 'mainOf'> = {}): Promise<never> {
  process.stdout.on('error', () => {}); // the terminal is gone: parent.ts sees to the rest
  process.stderr.on('error', () => {});
  try {
    await run(overrides);
    process.exit(0);
  } catch (error) {
    console.error(`\n${(error as Error).message}`);
    process.exit(1);
  }
}

async function run(overrides: Pick<StackOptions, 'mainOf'>) {
  const { help, fresh, replicas } = readArguments();
  if (help) return say(usage);
  const dir = resolve(process.env.MO_DIR || join(rootDir, '.mo'));
  const starting = new AbortController();
  const stopAsked = listenForStop(() => starting.abort());
  const log = elapsedLog(say);
  const options = { dir, ports: 'fixed', fresh, log, signal: starting.signal, ...overrides } as const;
  const stack = await startStack({ ...options, ...(replicas && { replicas }) }).catch((error) => {
    if (!starting.signal.aborted) throw error;
  });
  if (!stack) return say('\nstopped');
  greet(stack, dir);
  const hurry = await stopAsked;
  say('\nstopping …');
  await stack.stop(hurry);
  say('stopped');
}

function readArguments(): { help: boolean; fresh: boolean; replicas?: Replicas } {
  try {
    const { values } = parseArgs({
      options: {
        help: { type: 'boolean', default: false },
        fresh: { type: 'boolean', default: false },
        replicas: { type: 'string' },
      },
    });
    const { help, fresh, replicas } = values;
    return { help, fresh, ...(replicas !== undefined && { replicas: parseReplicas(replicas) }) };
  } catch (error) {
    throw new Error(`${(error as Error).message}\n\n${usage}`);
  }
}

/** Settles when somebody wants us to stop, with a signal that is aborted when they want it a second time. */
function listenForStop(onFirst: () => void): Promise<AbortSignal> {
  const asked = Promise.withResolvers<AbortSignal>();
  const hurry = new AbortController();
  let firstAt = 0;
  const onSignal = () => {
    if (firstAt === 0) {
      firstAt = Date.now();
      onFirst();
      asked.resolve(hurry.signal);
    } else if (Date.now() - firstAt > sameSignalMs) hurry.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  watchParent(process.env, onSignal);
  return asked.promise;
}

function greet({ url, apiKey }: Stack, dir: string) {
  const shown = (name: string) => relative(process.cwd(), join(dir, name));
  say(`
MO Loans is ready.

  gateway    ${url}   (reference: ${url}/docs)
  API key    ${apiKey}   (kept in ${shown('api-key')})
  processes  ${shown('stack.json')}
  logs       ${shown('logs')}/

  curl -s ${url}/api/customers -H 'Authorization: Bearer ${apiKey}' \\
    -H 'Content-Type: application/json' -d '{"external_id": "c-1", "score": "1000.00"}'

Ctrl-C stops it.
`);
}
