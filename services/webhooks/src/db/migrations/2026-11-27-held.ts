import { Migration } from '@mikro-orm/migrations';

/** A lane that somebody works on is told apart from one that rests. */
export class Held extends Migration {
  override async up(): Promise<void> {
    this.addSql('ALTER TABLE lanes ADD COLUMN held boolean NOT NULL DEFAULT false');
  }
}
