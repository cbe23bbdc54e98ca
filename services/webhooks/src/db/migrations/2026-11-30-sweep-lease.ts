import { Migration } from '@mikro-orm/migrations';
import { leaseTableV1 } from '@mo/messaging';

/** The lease of the process that looks for events that Kafka has lost. */
export class SweepLease extends Migration {
  override async up(): Promise<void> {
    this.addSql(leaseTableV1('sweep_lease'));
  }
}
