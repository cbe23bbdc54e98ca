import { Migration } from '@mikro-orm/migrations';

/** Keeps a crash from resetting the sequence, after which an upload could continue in another upload's staging. */
export class StagingIds extends Migration {
  override async up(): Promise<void> {
    this.addSql('ALTER SEQUENCE stagings_id_seq SET LOGGED');
  }
}
