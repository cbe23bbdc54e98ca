/** The worker thread that runs the SQL controls. Each caller has its own connection. */
import { parentPort, workerData } from 'node:worker_threads';
import { recordMs } from '@mo/load';
import pg from 'pg';
import { countError, newOutcome, type Outcome } from '../load/outcome.ts';
import { commit } from './commit.ts';
import { monolithPayment } from './monolith.ts';
import { tpcb } from './tpcb.ts';
import type { ControlName, ControlSizes, Transaction } from './transaction.ts';

export interface SqlSetup extends ControlSizes {
  readonly url: string;
}

export interface SqlOrder {
  readonly control: ControlName;
  readonly connections: number;
  readonly durationMs: number;
}

const CONNECT_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 30_000;

const setup = workerData as SqlSetup;
const transactions: Readonly<Record<ControlName, Transaction>> = {
  tpcb: tpcb(setup),
  monolith: monolithPayment(setup, false),
  'monolith-one-customer': monolithPayment(setup, true),
  commit,
};
/** Idle connections by control, because a connection's prepared statements belong to one control. */
const idle = new Map<ControlName, pg.Client[]>();
let number = 0;

async function connect(control: ControlName): Promise<pg.Client> {
  const known = idle.get(control)?.pop();
  if (known !== undefined) return known;
  const client = new pg.Client({
    connectionString: setup.url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
  });
  client.on('error', () => {}); // pending queries reject
  await client.connect();
  return client;
}

/** Opens connections before the clock starts, as pgbench does. */
async function run({ control, connections, durationMs }: SqlOrder): Promise<Outcome> {
  const outcome = newOutcome();
  const clients = await Promise.all(Array.from({ length: connections }, () => connect(control)));
  const transaction = transactions[control];
  const startMs = performance.now();
  const endMs = startMs + durationMs;
  const caller = async (client: pg.Client) => {
    for (let beganMs = performance.now(); beganMs < endMs; beganMs = performance.now()) {
      try {
        await transaction(client, ++number);
        outcome.done += 1;
        recordMs(outcome.latency, performance.now() - beganMs);
      } catch (error) {
        countError(outcome, (error as { code?: string }).code ?? String(error));
      }
    }
  };
  await Promise.all(clients.map(caller));
  outcome.seconds = (performance.now() - startMs) / 1000;
  idle.set(control, [...(idle.get(control) ?? []), ...clients]);
  return outcome;
}

parentPort?.on('message', (order: SqlOrder) => {
  void run(order).then(
    (outcome) => parentPort?.postMessage(outcome),
    (error: unknown) => {
      throw error;
    },
  );
});
