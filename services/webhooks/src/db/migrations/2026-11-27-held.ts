import { Migration } from '@mikro-orm/migrations';

/** Distinguishes a lane that a process is working on from one that rests. */
export class Held extends Migration {
  override async up(): Promise<void> {
    this.addSql('ALTER TABLE lanes ADD COLUMN held boolean NOT NULL DEFAULT false');
  }
}
