import { Migration } from '@mikro-orm/migrations';
import { journalSummariesV1 } from '@mo/messaging';

export class JournalSummaries extends Migration {
  override async up(): Promise<void> {
    for (const statement of journalSummariesV1()) this.addSql(statement);
  }
}
