import { Migration } from '@mikro-orm/migrations';

/** After a crash a staging has no id that one before it had: an upload that goes on would find its lines among another's. */
export class StagingIds extends Migration {
  override async up(): Promise<void> {
    this.addSql('ALTER SEQUENCE stagings_id_seq SET LOGGED');
  }
}
