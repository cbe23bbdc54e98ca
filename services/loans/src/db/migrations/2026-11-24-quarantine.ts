import { Migration } from '@mikro-orm/migrations';
import { quarantineTableV2 } from '@mo/messaging';

export class Quarantine extends Migration {
  override async up(): Promise<void> {
    for (const statement of quarantineTableV2()) this.addSql(statement);
  }
}
