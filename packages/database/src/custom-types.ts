/** Column types for entities: exact money, and status words stored as small integers. */

import { Type } from '@mikro-orm/postgresql';
import { formatMoney, type Money, parseMoney } from '@mo/money';

/** Maps minor units to a numeric(12,2) column. */
export class MoneyType extends Type<Money, string> {
  override convertToDatabaseValue(value: Money): string {
    return formatMoney(value);
  }

  override convertToJSValue(value: string): Money {
    return parseMoney(value);
  }

  override getColumnType(): string {
    return 'numeric(12,2)';
  }

  override compareAsType(): string {
    return 'bigint';
  }
}

/** Maps words to a smallint column: the first word is 1. */
export class WordType<Word extends string> extends Type<Word, number> {
  readonly words: readonly Word[];

  constructor(words: readonly Word[]) {
    super();
    this.words = words;
  }

  override convertToDatabaseValue(value: Word): number {
    return codeOf(this.words, value);
  }

  override convertToJSValue(value: number): Word {
    return wordOf(this.words, value);
  }

  override getColumnType(): string {
    return 'smallint';
  }
}

/** The column value of a status word. */
export function codeOf<Word extends string>(words: readonly Word[], word: Word): number {
  return words.indexOf(word) + 1;
}

/** The status word of a column value. */
export function wordOf<Word extends string>(words: readonly Word[], code: number): Word {
  const word = words[code - 1];
  if (word === undefined) throw new Error(`${code} is not a status of ${words.join(', ')}`);
  return word;
}
