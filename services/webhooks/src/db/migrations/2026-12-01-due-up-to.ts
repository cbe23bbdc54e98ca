import { Migration } from '@mikro-orm/migrations';

/** While the lanes of a webhook are made due, part by part: the last customer for whom they are. Null once all are due. */
export class DueUpTo extends Migration {
  override async up(): Promise<void> {
    this.addSql('ALTER TABLE webhooks ADD COLUMN due_up_to bigint');
  }
}
