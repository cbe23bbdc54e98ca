/** Runs the SQL controls in a worker thread: the ordering side. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type pg from 'pg';
import { connect } from '../connect.ts';
import type { Outcome } from '../load/outcome.ts';
import { commitFaults, makeCommits } from './commit.ts';
import { makeMonolith, monolithFaults } from './monolith.ts';
import type { SqlOrder, SqlSetup } from './sql-worker.ts';
import { makeTpcb, tpcbFaults } from './tpcb.ts';
import type { ControlName } from './transaction.ts';

const GRACE_MS = 60_000;
/** Enough to create and count whole tables. */
const ANSWER_MS_MAX = 600_000;

export class SqlLoad {
  readonly #worker: Worker;
  readonly #client: pg.Client;

  private constructor(worker: Worker, client: pg.Client) {
    this.#worker = worker;
    this.#client = client;
  }

  /** Creates the controls' tables in an empty database. */
  static async open(setup: SqlSetup): Promise<SqlLoad> {
    const client = await connect(setup.url, ANSWER_MS_MAX);
    try {
      await makeTpcb(client, setup);
      await makeMonolith(client, setup);
      await makeCommits(client);
    } catch (error) {
      await client.end();
      throw error;
    }
    return new SqlLoad(new Worker(new URL('./sql-worker.ts', import.meta.url), { workerData: setup }), client);
  }

  /** Runs a control and resolves to its outcome. Only one can run at a time. */
  async run(order: SqlOrder): Promise<Outcome> {
    this.#worker.postMessage(order);
    const signal = AbortSignal.timeout(Math.ceil(order.durationMs) + GRACE_MS);
    const [outcome] = (await once(this.#worker, 'message', { signal })) as [Outcome];
    return outcome;
  }

  /** Differences in a control's rows. @param done how many transactions were acknowledged in total */
  async faults(control: ControlName, done: number): Promise<string[]> {
    switch (control) {
      case 'tpcb':
        return tpcbFaults(this.#client, done);
      case 'monolith':
        return monolithFaults(this.#client, done, false);
      case 'monolith-one-customer':
        return monolithFaults(this.#client, done, true);
      case 'commit':
        return commitFaults(this.#client, done);
      default:
        return control satisfies never;
    }
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
    await this.#client.end();
  }
}
