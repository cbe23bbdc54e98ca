import { Migration } from '@mikro-orm/migrations';

/** When a webhook was made active or went elsewhere last: what waits for it is given up by the time since then. */
export class Resumed extends Migration {
  override async up(): Promise<void> {
    this.addSql('ALTER TABLE webhooks ADD COLUMN resumed_at timestamptz');
  }
}
