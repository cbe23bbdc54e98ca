import { Migration } from '@mikro-orm/migrations';

/** Messages continue the trace of their event; events taken in earlier have none. */
export class Traces extends Migration {
  override async up(): Promise<void> {
    this.addSql('ALTER TABLE events ADD COLUMN traceparent text COLLATE "C"');
  }
}
