import { Migration } from '@mikro-orm/migrations';

/**
 * Of each customer and stream the versions that nobody was told of and that nothing waits for, as ranges; and since when
 * there are these tables, for what happened before need not be told.
 */
export class Waived extends Migration {
  override async up(): Promise<void> {
    this.addSql(`ALTER TABLE customers ADD COLUMN waived jsonb NOT NULL DEFAULT '{}'`);
    this.addSql('CREATE TABLE beginning (at timestamptz(3) NOT NULL)');
    this.addSql('INSERT INTO beginning VALUES (clock_timestamp())');
  }
}
