/** Looks into the services' databases. Whole scenarios are looked at, so a look may take its time. */
import type { Stream } from '@mo/contracts';
import type { StackFile } from '@mo/dev-stack';
import pg from 'pg';

const CONNECT_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 600_000;

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
  async connect(service: Stream): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.#stack[service].databaseUrl,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
    });
    client.on('error', () => {}); // the server may go away under it; what is under way rejects
    await client.connect();
    return client;
  }
}
