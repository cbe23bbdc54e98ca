import { Migration } from '@mikro-orm/migrations';

/** Until when nothing is sent to a webhook, because its receiver asked for a pause. Null or in the past if it did not. */
export class Paused extends Migration {
  override async up(): Promise<void> {
    this.addSql('ALTER TABLE webhooks ADD COLUMN paused_until timestamptz');
  }
}
