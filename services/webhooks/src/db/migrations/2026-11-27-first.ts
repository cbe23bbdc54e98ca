import { Migration } from '@mikro-orm/migrations';

/** Webhooks, events and their deliveries. */
export class First extends Migration {
  override async up(): Promise<void> {
    this.addSql(`CREATE TABLE webhooks (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
      updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
      created_by text NOT NULL,
      url text NOT NULL,
      description text NOT NULL,
      event_types text[] NOT NULL CHECK (cardinality(event_types) > 0),
      status smallint NOT NULL CHECK (status IN (1, 2, 3)),
      disabled_reason text,
      secret text NOT NULL,
      old_secret text,
      old_secret_until timestamptz,
      CHECK ((old_secret IS NULL) = (old_secret_until IS NULL))
    )`);
    // How far each customer's streams have been released. The row is also the lock between writers of one customer.
    this.addSql(`CREATE TABLE customers (
      customer_id bigint PRIMARY KEY,
      customers bigint NOT NULL DEFAULT 0,
      loans bigint NOT NULL DEFAULT 0,
      payments bigint NOT NULL DEFAULT 0
    ) WITH (fillfactor = 70)`);
    // Events that wait for their causes.
    this.addSql(`CREATE TABLE early_events (
      customer_id bigint NOT NULL,
      stream text NOT NULL,
      version bigint NOT NULL,
      event jsonb NOT NULL,
      arrived_at timestamptz(3) NOT NULL,
      PRIMARY KEY (customer_id, stream, version)
    )`);
    this.addSql('CREATE INDEX early_events_by_time ON early_events (arrived_at)');
    this.addSql(`CREATE TABLE events (
      customer_id bigint NOT NULL,
      stream text NOT NULL,
      version bigint NOT NULL,
      place bigint GENERATED ALWAYS AS IDENTITY,
      type text NOT NULL,
      time timestamptz(3) NOT NULL,
      data text NOT NULL,
      taken_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (customer_id, stream, version)
    )`);
    this.addSql('CREATE INDEX events_by_taking ON events (taken_at)');
    this.addSql(`CREATE TABLE deliveries (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      webhook_id bigint NOT NULL REFERENCES webhooks,
      customer_id bigint NOT NULL,
      stream text NOT NULL,
      version bigint NOT NULL,
      status smallint NOT NULL DEFAULT 1 CHECK (status IN (1, 2, 3)),
      attempts int NOT NULL DEFAULT 0,
      created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
      last_attempt_at timestamptz(3),
      last_status smallint,
      last_error text,
      FOREIGN KEY (customer_id, stream, version) REFERENCES events
    ) WITH (fillfactor = 70)`);
    this.addSql('CREATE INDEX deliveries_of_webhook ON deliveries (webhook_id, id)');
    this.addSql('CREATE INDEX deliveries_of_event ON deliveries (customer_id, stream, version)');
    this.addSql('CREATE INDEX deliveries_waiting ON deliveries (webhook_id, customer_id, id) WHERE status = 1');
    // One row per webhook and customer with pending deliveries. The process that has claimed it delivers them in order.
    this.addSql(`CREATE TABLE lanes (
      webhook_id bigint NOT NULL REFERENCES webhooks,
      customer_id bigint NOT NULL,
      due_at timestamptz(3) NOT NULL,
      claim bigint NOT NULL DEFAULT 0,
      PRIMARY KEY (webhook_id, customer_id)
    ) WITH (fillfactor = 70)`);
    this.addSql('CREATE INDEX lanes_due ON lanes (webhook_id, due_at)');
  }
}
