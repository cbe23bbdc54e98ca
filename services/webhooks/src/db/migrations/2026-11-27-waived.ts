import { Migration } from '@mikro-orm/migrations';

/**
 * Of each customer and stream the versions that nobody was told of and that nothing waits for, as ranges; and since when
 * there are these tables, as far as is known, for what happened before need not be told. The version before reads all columns
 * of customers, so none is added there.
 */
export class Waived extends Migration {
  override async up(): Promise<void> {
    this.addSql('CREATE TABLE waived (customer_id bigint PRIMARY KEY REFERENCES customers, ranges jsonb NOT NULL)');
    this.addSql('CREATE TABLE beginning (at timestamptz(3) NOT NULL)');
    this.addSql(`INSERT INTO beginning SELECT
      least(clock_timestamp(), (SELECT min(created_at) FROM webhooks), (SELECT min(taken_at) FROM events))`);
  }
}
