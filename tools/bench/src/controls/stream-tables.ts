/** Journal and outbox tables like those of the services, for controls that write the same rows. */

/** The DDL, with table names that start with `prefix`. */
export const streamTables = (prefix: string): string => `
  CREATE TABLE ${prefix}journal (customer_id bigint NOT NULL CHECK (customer_id > 0), version bigint NOT NULL CHECK (version > 0),
    type text COLLATE "C" NOT NULL, data json NOT NULL, seen json NOT NULL, time timestamptz(3) NOT NULL,
    traceparent text COLLATE "C", PRIMARY KEY (customer_id, version));
  CREATE INDEX ${prefix}journal_time ON ${prefix}journal USING brin (time);
  CREATE TABLE ${prefix}outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id bigint NOT NULL,
    version bigint NOT NULL, parked_reason text)`;
