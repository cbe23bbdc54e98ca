import { Migration } from '@mikro-orm/migrations';

/**
 * Every claim has a number of its own. The version before counts up by one within a lane: in steps of a thousand it does not
 * reach the next one.
 */
export class Claims extends Migration {
  override async up(): Promise<void> {
    this.addSql('CREATE SEQUENCE lane_claims START 1000 INCREMENT 1000');
  }
}
