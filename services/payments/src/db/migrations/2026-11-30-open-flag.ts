import { Migration } from '@mikro-orm/migrations';

/**
 * Whether a loan is open, for the index of open loans: unlike the amount owed, the flag changes once in a loan's life.
 * A constant default rewrites no table, and the constraint holds for it, so nothing needs to be validated. True is always
 * allowed: the previous version, which runs at the same time, pays loans off without changing the flag.
 */
export class OpenFlag extends Migration {
  override async up(): Promise<void> {
    this.addSql(`ALTER TABLE open_loans ADD COLUMN is_open boolean NOT NULL DEFAULT true,
      ADD CONSTRAINT open_loans_is_open_check CHECK (is_open OR outstanding = 0) NOT VALID`);
  }
}
