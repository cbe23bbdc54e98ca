import { Migration } from '@mikro-orm/migrations';

/** The secrets before the old one that still count, the newest first, each with its end. */
export class FormerSecrets extends Migration {
  override async up(): Promise<void> {
    this.addSql(`ALTER TABLE webhooks ADD COLUMN former_secrets jsonb NOT NULL DEFAULT '[]'`);
  }
}
