import { Migration } from '@mikro-orm/migrations';
import { journalDigestV1 } from '@mo/messaging';

export class JournalDigest extends Migration {
  override async up(): Promise<void> {
    for (const statement of journalDigestV1()) this.addSql(statement);
  }
}
