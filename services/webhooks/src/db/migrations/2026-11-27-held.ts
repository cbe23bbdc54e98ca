import { Migration } from '@mikro-orm/migrations';

/** A lane that somebody works on is told apart from one that rests, and deliveries are found by their status and age. */
export class Held extends Migration {
  override async up(): Promise<void> {
    this.addSql('ALTER TABLE lanes ADD COLUMN held boolean NOT NULL DEFAULT false');
    this.addSql('CREATE INDEX deliveries_by_status ON deliveries (webhook_id, status, id)');
    this.addSql('CREATE INDEX deliveries_done ON deliveries (created_at) WHERE status <> 1');
  }
}
