import { Migration } from '@mikro-orm/migrations';
import { partitioningTableV1 } from '@mo/messaging';

export class Partitioning extends Migration {
  override async up(): Promise<void> {
    for (const statement of partitioningTableV1()) this.addSql(statement);
  }
}
