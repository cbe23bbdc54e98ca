import { Migration } from '@mikro-orm/migrations';

/**
 * Prevents a crash from resetting the sequence: an upload that continues would find its lines in another upload's
 * staging.
 */
export class StagingIds extends Migration {
  override async up(): Promise<void> {
    this.addSql('ALTER SEQUENCE stagings_id_seq SET LOGGED');
  }
}
