import { Migration } from '@mikro-orm/migrations';

/**
 * `waived`: per customer and stream, the ranges of versions that were not released and that no event waits for.
 * `beginning`: when these tables were created, as far as known, because earlier events are not delivered. The ranges
 * are not a column of `customers`, because the previous version reads all columns of that table.
 */
export class Waived extends Migration {
  override async up(): Promise<void> {
    this.addSql('CREATE TABLE waived (customer_id bigint PRIMARY KEY REFERENCES customers, ranges jsonb NOT NULL)');
    this.addSql('CREATE TABLE beginning (at timestamptz(3) NOT NULL)');
    this.addSql(`INSERT INTO beginning SELECT
      least(clock_timestamp(), (SELECT min(created_at) FROM webhooks), (SELECT min(taken_at) FROM events))`);
  }
}
