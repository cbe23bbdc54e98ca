import { Migration } from '@mikro-orm/migrations';
import { quarantineTableV1 } from '@mo/messaging';

export class Quarantine extends Migration {
  override async up(): Promise<void> {
    for (const statement of quarantineTableV1()) this.addSql(statement);
  }
}
