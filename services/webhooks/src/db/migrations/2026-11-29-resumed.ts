import { Migration } from '@mikro-orm/migrations';

/** When a webhook was last activated or its URL last changed: pending deliveries get three days from then. */
export class Resumed extends Migration {
  override async up(): Promise<void> {
    this.addSql('ALTER TABLE webhooks ADD COLUMN resumed_at timestamptz');
  }
}
