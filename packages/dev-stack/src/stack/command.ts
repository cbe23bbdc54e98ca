/** The command `npm start`: runs the whole system on this machine until Ctrl-C. */
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { elapsedLog } from '../progress.ts';
import { watchParent } from './parent.ts';
import { rootDir } from './plan.ts';
import { parseReplicas, type Replicas } from './replicas.ts';
import { type Stack, type StackOptions, startStack } from './start-stack.ts';

const usage = `npm start -- [options]

  --replicas loans=2,payments=2   number of processes per service (customers, loans, payments, webhooks; default 1)
  --fresh                         delete the data of PostgreSQL and Kafka first
  --help                          show this text

Variables: GATEWAY_PORT, CUSTOMERS_PORT, LOANS_PORT, PAYMENTS_PORT, WEBHOOKS_PORT, POSTGRES_PORT, KAFKA_PORT;
CUSTOMERS_TLS_PORT, LOANS_TLS_PORT and so on for calls between services (free ports by default);
HOST (of the gateway); LOG_LEVEL; MO_DIR (folder for data, logs and secrets, .mo by default);
MO_SERVERS (embedded or containers); KAFKA_BROKERS and CUSTOMERS_, LOANS_, PAYMENTS_, WEBHOOKS_,
GATEWAY_DATABASE_URL for servers that already run. Each of these takes the path of a file with the value instead
if _FILE is appended to its name.`;

/** The terminal sends Ctrl-C to all processes, and npm forwards it: signals within this time count as one. */
const sameSignalMs = 300;

const say = (line: string) => console.log(line);

/** Runs until a request to stop, then exits this process. */
export async function runCommand(overrides: Pick<StackOptions, 'mainOf'> = {}): Promise<never> {
  process.stdout.on('error', () => {}); // the terminal is gone: parent.ts handles it
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
  refuseTakenByNpm(process.env, process.argv.slice(2));
  const { help, fresh, replicas } = readArguments();
  if (help) return say(usage);
  const dir = resolve(process.env.MO_DIR || join(rootDir, '.mo'));
  const starting = new AbortController();
  const stopRequested = listenForStop(() => starting.abort());
  const log = elapsedLog(say);
  const options = { dir, ports: 'fixed', fresh, log, signal: starting.signal, ...overrides } as const;
  const stack = await startStack({ ...options, ...(replicas && { replicas }) }).catch((error) => {
    if (!starting.signal.aborted) throw error;
  });
  if (!stack) return say('\nstopped');
  greet(stack, dir);
  const hurry = await stopRequested;
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

/** @throws Error that gives the right command if npm took options for its own because they follow no `--` */
function refuseTakenByNpm(
  { npm_config_fresh: fresh, npm_config_replicas: replicas }: NodeJS.ProcessEnv,
  rest: string[],
) {
  if (fresh === undefined && replicas === undefined) return;
  const taken = [
    ...(fresh === undefined ? [] : ['--fresh']),
    // The value of "--replicas loans=2" is left among the arguments; that of "--replicas=loans=2" is not.
    ...(replicas === undefined ? [] : [replicas === 'true' ? '--replicas' : `--replicas ${replicas}`]),
  ];
  throw new Error(`options must follow a separate "--": npm start -- ${[...taken, ...rest].join(' ')}`);
}

/** Resolves at the first request to stop, with a signal that the second request aborts. */
function listenForStop(onFirst: () => void): Promise<AbortSignal> {
  const requested = Promise.withResolvers<AbortSignal>();
  const hurry = new AbortController();
  let firstAt = 0;
  const onStop = () => {
    if (firstAt === 0) {
      firstAt = Date.now();
      onFirst();
      requested.resolve(hurry.signal);
    } else if (Date.now() - firstAt > sameSignalMs) hurry.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onStop);
  watchParent(process.env, onStop);
  return requested.promise;
}

function greet({ url, apiKey }: Stack, dir: string) {
  const shown = (name: string) => relative(process.cwd(), join(dir, name));
  say(`
MO Loans is ready.

  gateway    ${url}   (reference: ${url}/docs)
  API key    ${apiKey}   (stored in ${shown('api-key')})
  processes  ${shown('stack.json')}
  logs       ${shown('logs')}/

  curl -s ${url}/api/customers -H 'Authorization: Bearer ${apiKey}' \\
    -H 'Content-Type: application/json' -d '{"external_id": "c-1", "score": "1000.00"}'

Ctrl-C stops it.
`);
}
