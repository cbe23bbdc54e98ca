import { Migration } from '@mikro-orm/migrations';

/**
 * `webhooks.restarted_at`: when the waiting messages of a webhook were last made due. `lanes.failures`: the failures of
 * a lane's first message since the restart that `lanes.restarted_at` names.
 */
export class Restarts extends Migration {
  override async up(): Promise<void> {
    this.addSql('ALTER TABLE webhooks ADD COLUMN restarted_at timestamptz');
    this.addSql('ALTER TABLE lanes ADD COLUMN failures int NOT NULL DEFAULT 0, ADD COLUMN restarted_at timestamptz');
  }
}
