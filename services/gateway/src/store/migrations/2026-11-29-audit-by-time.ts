import { Migration } from '@mikro-orm/migrations';

/** Entries of a caller are read in the order of their time, by an index that is built beside the traffic. */
export class AuditByTime extends Migration {
  override async up(): Promise<void> {
    this.addSql('DROP INDEX audit_log_by_caller');
  }
}
