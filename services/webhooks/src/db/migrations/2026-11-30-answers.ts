import { Migration } from '@mikro-orm/migrations';
import { answersTableV1 } from '@mo/messaging';

/** The answers stored under an Idempotency-Key. */
export class Answers extends Migration {
  override async up(): Promise<void> {
    for (const statement of answersTableV1()) this.addSql(statement);
  }
}
