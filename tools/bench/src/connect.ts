/** Connections of the benchmark itself, to create and inspect tables. The load uses its own connections. */
import pg from 'pg';

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Opens a connection, which the caller must end. Queries reject once the server is gone.
 *
 * @param answerMsMax statements that take longer reject, in ms
 */
export async function connect(url: string, answerMsMax: number): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: answerMsMax,
    query_timeout: answerMsMax,
  });
  client.on('error', () => {});
  await client.connect();
  return client;
}
