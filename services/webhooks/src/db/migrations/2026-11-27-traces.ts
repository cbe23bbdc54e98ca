import { Migration } from '@mikro-orm/migrations';

/** A message goes on with the trace of its event; what was taken in before has none. */
export class Traces extends Migration {
  override async up(): Promise<void> {
    this.addSql('ALTER TABLE events ADD COLUMN traceparent text COLLATE "C"');
  }
}
