/** Runs the `mo` command as users do: a separate process, against a system under test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { StackFile } from '@mo/dev-stack';

const MO = fileURLToPath(new URL('../../tools/mo/bin/mo.js', import.meta.url));
const TIMEOUT_MS = 600_000;
/** The start of the command line, followed by arguments. */
export const moCommand: readonly string[] = [
  process.execPath,
  '--conditions=source',
  '--disable-warning=ExperimentalWarning',
  MO,
];

export interface MoResult {
  /** Null if a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface MoProcess {
  readonly process: ChildProcess;
  /** Its output so far. */
  readonly printed: { stdout: string; stderr: string };
  readonly ended: Promise<MoResult>;
}

export interface MoOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** The environment that points a command to this system. */
export const systemEnv = ({ gateway, apiKey, customers, loans, payments, kafka }: StackFile): NodeJS.ProcessEnv => ({
  MO_URL: gateway.url,
  MO_API_KEY: apiKey,
  CUSTOMERS_DATABASE_URL: customers.databaseUrl,
  LOANS_DATABASE_URL: loans.databaseUrl,
  PAYMENTS_DATABASE_URL: payments.databaseUrl,
  KAFKA_BROKERS: kafka.brokers.join(','),
});

/** Starts the command; the environment of this process does not affect its target. */
export function startMo(args: readonly string[], { env = {}, cwd }: MoOptions = {}): MoProcess {
  const { PATH, HOME } = process.env;
  const [node = '', ...flags] = moCommand;
  const child = spawn(node, [...flags, ...args], {
    env: { PATH, HOME, ...env },
    timeout: TIMEOUT_MS,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  });
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text;
    });
  const { promise: ended, resolve, reject } = Promise.withResolvers<MoResult>();
  child.once('error', reject);
  child.once('close', (code) => resolve({ code, ...printed }));
  return { process: child, printed, ended };
}

/** Runs the command to its end. */
export const mo = (args: readonly string[], options?: MoOptions): Promise<MoResult> => startMo(args, options).ended;

/** A line of progress, which a command prints every 10 s: `450 of 1,000 lines (45 %), 90/s, 7 s left`. */
const PROGRESS = /^[\d,]+ .*, [\d,]+\/s(, .* left)?\n/gm;

/** What a command printed besides its result and its progress. */
export const complaintsOf = ({ stderr }: MoResult): string => stderr.replaceAll(PROGRESS, '');

/** The JSON lines that a command printed. */
export const jsonLines = (text: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** Runs a command that must succeed. @returns its JSON lines */
export async function moJson(args: readonly string[], options: MoOptions): Promise<Record<string, unknown>[]> {
  const { code, stdout, stderr } = await mo([...args, '--json'], options);
  if (code !== 0) throw new Error(`mo ended with ${code}: ${stderr}`);
  return jsonLines(stdout);
}
