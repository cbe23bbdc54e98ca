/**
 * The skeleton's tables, those of three services in one database: a monolith's tables, and the followers' derived ones.
 */
import type pg from 'pg';
import { connect } from '../connect.ts';
import { makeMonolith, miscounted, monolithFaults } from '../controls/monolith.ts';
import type { ControlSizes } from '../controls/transaction.ts';
import { newOutcome, type Outcome } from '../load/outcome.ts';
import { untilSettled } from '../measure/settling.ts';

const ANSWER_MS_MAX = 60_000;

const PROGRESS = `version bigint NOT NULL, restricted bigint NOT NULL DEFAULT 0, payments_applied bigint NOT NULL DEFAULT 0,
  payments_behind bigint NOT NULL DEFAULT 0, last_time timestamptz(3) NOT NULL`;

export class SkeletonTables {
  readonly #client: pg.Client;
  /** The outcomes of payments by many customers, and by one. */
  readonly paid: { readonly any: Outcome; readonly one: Outcome } = { any: newOutcome(), one: newOutcome() };

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  /** Creates and fills the tables in an empty database: customers from 1 on; the busy one has the last id. */
  static async open(url: string, sizes: ControlSizes): Promise<SkeletonTables> {
    const client = await connect(url, ANSWER_MS_MAX);
    try {
      await makeMonolith(client, sizes);
      await makeFollowers(client);
    } catch (error) {
      await client.end();
      throw error;
    }
    return new SkeletonTables(client);
  }

  /** Waits until both followers have all payments. @returns the time in ms */
  settled(timeoutMs: number): Promise<number> {
    return untilSettled(async () => {
      const { rows } = await this.#client.query<{ behind: string }>(`SELECT count(*) AS behind FROM accounts a
        JOIN lenders_accounts l USING (customer_id) JOIN balances b USING (customer_id)
        WHERE a.version > 1 AND (l.payments_applied < a.version OR b.payments_applied < a.version)`);
      return rows[0]?.behind === '0' ? null : `${rows[0]?.behind} customers are behind`;
    }, timeoutMs);
  }

  /** Differences in the rows of payments by many customers, or by one. */
  async faults(by: keyof SkeletonTables['paid']): Promise<string[]> {
    const [{ done }, one] = [this.paid[by], by === 'one'];
    return [...(await monolithFaults(this.#client, done, one)), ...(await followersFaults(this.#client, done, one))];
  }

  /**
   * How long after its own time each payment by many customers was written to the statement, in ms; from number `first`
   * on.
   */
  async statementLagMs(first: number): Promise<number[]> {
    const { rows } = await this.#client.query<{ ms: string }>(
      `SELECT extract(epoch FROM applied_at - at) * 1000 AS ms FROM statement_entries
       WHERE reference LIKE 'any-%' AND substring(reference FROM '\\d+$')::bigint >= $1`,
      [first],
    );
    return rows.map(({ ms }) => Number(ms));
  }

  /** A customer's debt according to the balance, as a decimal string. */
  async debtOf(customerId: number): Promise<string | undefined> {
    const text = 'SELECT total_debt FROM balances WHERE customer_id = $1';
    const { rows } = await this.#client.query<{ total_debt: string }>(text, [customerId]);
    return rows[0]?.total_debt;
  }

  close(): Promise<void> {
    return this.#client.end();
  }
}

async function makeFollowers(client: pg.Client): Promise<void> {
  await client.query(`
    CREATE TABLE lenders_accounts (customer_id bigint PRIMARY KEY, debt numeric(14,2) NOT NULL CHECK (debt >= 0), ${PROGRESS})
      WITH (fillfactor = 70);
    CREATE TABLE loans (id bigint PRIMARY KEY, created_at timestamptz(3) NOT NULL, updated_at timestamptz(3) NOT NULL,
      external_id varchar(60) COLLATE "C" NOT NULL UNIQUE, amount numeric(12,2) NOT NULL, status smallint NOT NULL,
      taken_at timestamptz(3), customer_id bigint NOT NULL REFERENCES lenders_accounts,
      outstanding numeric(12,2) NOT NULL CHECK (outstanding BETWEEN 0 AND amount)) WITH (fillfactor = 80);
    CREATE INDEX loans_customer ON loans (customer_id, id);
    CREATE TABLE balances (customer_id bigint PRIMARY KEY, total_debt numeric(14,2) NOT NULL CHECK (total_debt >= 0), ${PROGRESS})
      WITH (fillfactor = 70);
    CREATE TABLE statement_entries (customer_id bigint NOT NULL, at timestamptz(3) NOT NULL, kind smallint NOT NULL,
      version bigint NOT NULL, reference varchar(60) COLLATE "C" NOT NULL, amount numeric(12,2) NOT NULL CHECK (amount > 0),
      applied_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (customer_id, at, kind, version) INCLUDE (amount));
    INSERT INTO lenders_accounts (customer_id, debt, version, last_time) SELECT customer_id, owed, version, last_time FROM accounts;
    INSERT INTO loans SELECT loan_id, taken_at, taken_at, external_id, amount, 2, taken_at, customer_id, outstanding FROM open_loans;
    INSERT INTO balances (customer_id, total_debt, version, last_time) SELECT customer_id, owed, version, last_time FROM accounts`);
  await client.query('VACUUM ANALYZE lenders_accounts, loans, balances');
}

function followersFaults(client: pg.Client, done: number, one: boolean): Promise<string[]> {
  return miscounted(
    client,
    done,
    `SELECT 'lines of statements' AS what, count(*) FROM statement_entries e JOIN payments p
       ON p.external_id = e.reference AND p.customer_id = e.customer_id AND p.total_amount = e.amount AND p.paid_at = e.at
       JOIN journal j ON j.customer_id = e.customer_id AND j.version = e.version AND j.data->>'external_id' = e.reference
       WHERE e.reference LIKE $3
     UNION ALL SELECT 'cents paid off by loans', (100 * sum(amount - outstanding))::bigint FROM loans WHERE (external_id = 'loan-busy') = $2
     UNION ALL SELECT 'payments without customers that owe something else', $1 - count(*) FROM accounts
       JOIN lenders_accounts USING (customer_id) JOIN balances USING (customer_id) WHERE owed <> debt OR owed <> total_debt
     UNION ALL SELECT 'payments without customers that are behind', $1 - count(*) FROM accounts a
       JOIN lenders_accounts l USING (customer_id) JOIN balances b USING (customer_id)
       WHERE l.payments_applied <> b.payments_applied OR l.payments_applied <> CASE WHEN a.version > 1 THEN a.version ELSE 0 END`,
    [done, one, one ? 'one-%' : 'any-%'],
  );
}
