import { Migration } from '@mikro-orm/migrations';

/** Secrets before the old one that are still valid, newest first, each with its expiry. */
export class FormerSecrets extends Migration {
  override async up(): Promise<void> {
    this.addSql(`ALTER TABLE webhooks ADD COLUMN former_secrets jsonb NOT NULL DEFAULT '[]'`);
  }
}
