import { Migration } from '@mikro-orm/migrations';

/**
 * Gives every claim a unique number. The previous version increments a claim by one within its lane; with steps of a
 * thousand, its numbers don't reach the next claim.
 */
export class Claims extends Migration {
  override async up(): Promise<void> {
    this.addSql('CREATE SEQUENCE lane_claims START 1000 INCREMENT 1000');
  }
}
