/** Read access to the services' databases. Timeouts are long, because checks read whole scenarios. */
import type { Stream } from '@mo/contracts';
import type { StackFile } from '@mo/dev-stack';
import type pg from 'pg';
import { connect } from '../connect.ts';

const ANSWER_MS_MAX = 600_000;

export class Databases {
  readonly #stack: StackFile;

  constructor(stack: StackFile) {
    this.#stack = stack;
  }

  /** Runs one statement in the database of a service. */
  async query<Row>(service: Stream, text: string, values: unknown[] = []): Promise<Row[]> {
    const client = await this.connect(service);
    try {
      return (await client.query(text, values)).rows as Row[];
    } finally {
      await client.end();
    }
  }

  /** A connection to a service's database, which the caller must end. */
  connect(service: Stream): Promise<pg.Client> {
    return connect(this.#stack[service].databaseUrl, ANSWER_MS_MAX);
  }
}
