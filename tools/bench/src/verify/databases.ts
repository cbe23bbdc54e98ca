/** Looks into the services' databases. Whole scenarios are looked at, so a look may take its time. */
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

  /** Runs one statement in a service's own database. */
  async query<Row>(service: Stream, text: string, values: unknown[] = []): Promise<Row[]> {
    const client = await this.connect(service);
    try {
      return (await client.query(text, values)).rows as Row[];
    } finally {
      await client.end();
    }
  }

  /** A connection to a service's database, to be ended by the caller. */
  connect(service: Stream): Promise<pg.Client> {
    return connect(this.#stack[service].databaseUrl, ANSWER_MS_MAX);
  }
}
