/** An example subscriber, started as its README says: a process that keeps a ledger in SQLite. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';

export interface ExampleCommand {
  readonly language: string;
  /** The directory below `examples/`. */
  readonly folder: string;
  readonly program: string;
  readonly args: readonly string[];
}

/** The wait for a ledger that the example has locked. */
const BUSY_TIMEOUT_MS = 10_000;

const folderOf = (name: string) => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));

/** The subscribers that can run here: Python only if MO_PYTHON names an interpreter with the required packages. */
export function exampleCommands({ MO_PYTHON }: NodeJS.ProcessEnv = process.env): ExampleCommand[] {
  const node = ['--disable-warning=ExperimentalWarning', '--disable-warning=TimeoutNegativeWarning', 'src/main.ts'];
  const typescript = { language: 'TypeScript', folder: 'subscriber-typescript', program: process.execPath, args: node };
  if (MO_PYTHON === undefined) return [typescript];
  return [typescript, { language: 'Python', folder: 'subscriber-python', program: MO_PYTHON, args: ['subscriber.py'] }];
}

/** Characters of output in a failure message. */
const SAID_MAX = 2_000;

/** The ledger's row of a customer, in minor units. */
export interface LedgerRow {
  readonly customerId: number;
  readonly lent: number;
  readonly paid: number;
}

export class Example {
  readonly #command: ExampleCommand;
  readonly #env: NodeJS.ProcessEnv;
  readonly #ledger: string;
  #process: ChildProcess | null = null;
  /** Its output, including errors. */
  output = '';

  /**
   * @param ledger the path of its ledger, which need not exist
   * @param plans the plans of the backfills that it reads first
   */
  constructor(
    command: ExampleCommand,
    brokers: readonly string[],
    topicPrefix: string,
    ledger: string,
    plans: readonly string[] = [],
  ) {
    this.#command = command;
    this.#ledger = ledger;
    const own = { KAFKA_BROKERS: brokers.join(','), TOPIC_PREFIX: topicPrefix, LEDGER: ledger, PLANS: plans.join(',') };
    this.#env = { ...process.env, ...own };
  }

  start(): void {
    const { program, args, folder } = this.#command;
    const child = spawn(program, args, { cwd: folderOf(folder), env: this.#env });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text: Buffer) => {
        this.output += text.toString();
      });
    }
    this.#process = child;
  }

  /** Ends it. @returns its exit code; null if it was killed */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    const child = this.#process;
    if (child === null) return null;
    this.#process = null;
    if (child.exitCode !== null) return child.exitCode;
    const exited = once(child, 'exit');
    child.kill(signal);
    const [code] = await exited;
    return code;
  }

  /** Runs work while the example is started, and stops it afterwards; a failure includes its last output. */
  async during(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw new Error(`${(error as Error).message}\nit said: ${this.output.slice(-SAID_MAX)}`, { cause: error });
    } finally {
      await this.end('SIGKILL');
    }
  }

  /** All rows of its ledger, by customer. */
  rows(): LedgerRow[] {
    return this.#read(
      'SELECT customer_id AS customerId, lent_minor AS lent, paid_minor AS paid FROM customers ORDER BY 1',
    );
  }

  /** Its consumer group. */
  group(): string {
    return `example-${this.#read<{ id: string }>('SELECT id FROM ledger')[0]?.id}`;
  }

  /** The number of applied events. */
  applied(): number {
    return Number(this.#read<{ sum: number | null }>('SELECT sum(version) AS sum FROM versions')[0]?.sum ?? 0);
  }

  #read<Row>(query: string): Row[] {
    if (!existsSync(this.#ledger)) return [];
    const database = new DatabaseSync(this.#ledger, { timeout: BUSY_TIMEOUT_MS });
    try {
      const isMade = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'customers'").get() !== undefined;
      return isMade
        ? database
            .prepare(query)
            .all()
            .map((row) => ({ ...row }) as Row)
        : [];
    } finally {
      database.close();
    }
  }
}
