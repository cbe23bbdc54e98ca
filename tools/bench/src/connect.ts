/** Connections of the bench itself: to make tables, and to look into them. What loads the server has its own. */
import pg from 'pg';

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * A connection, to be ended by the caller. Where the server goes away, what is asked next rejects.
 *
 * @param answerMsMax what takes longer rejects, in ms
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
