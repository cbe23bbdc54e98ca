import { Migration } from '@mikro-orm/migrations';
import { journalDigestV1 } from '@mo/messaging';

export class JournalDigest extends Migration {
  override async up(): Promise<void> {
    for (const statement of journalDigestV1()) this.addSql(statement);
    // An audit and a rebuild ask for a customer's loans, those that are paid off included.
    this.addSql('CREATE INDEX open_loans_customer ON open_loans (customer_id)');
  }
}
