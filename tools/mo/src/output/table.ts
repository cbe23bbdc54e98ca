/** Tables for people: columns as wide as their contents, separated by two spaces. */
import { plain } from '@mo/command';
import stringWidth from 'string-width';

/** Characters; a longer cell is truncated. No id of a caller's is longer. */
const CELL_LENGTH_MAX = 60;

export interface Column<Row> {
  readonly head: string;
  /** The contents of the cell; empty for null. */
  readonly of: (row: Row) => string | number | null | undefined;
  /** Amounts and counts are aligned to the right. */
  readonly isNumber?: boolean;
}

/** Formats rows in batches. The first batch determines the widths of the columns, so a table may have any length. */
export class Table<Row> {
  readonly #columns: readonly Column<Row>[];
  readonly #lengthMax: number;
  #widths: number[] = [];

  /** @param lengthMax the characters of a cell that are shown */
  constructor(columns: readonly Column<Row>[], lengthMax = CELL_LENGTH_MAX) {
    this.#columns = columns;
    this.#lengthMax = lengthMax;
  }

  get isBegun(): boolean {
    return this.#widths.length > 0;
  }

  /** The lines of these rows; with the first batch also the head. */
  lines(rows: readonly Row[]): { readonly head: string | null; readonly body: readonly string[] } {
    const cells = rows.map((row) => this.#columns.map(({ of }) => cellText(of(row), this.#lengthMax)));
    if (this.isBegun) return { head: null, body: cells.map((line) => this.#line(line)) };
    const heads = this.#columns.map(({ head }) => head);
    this.#widths = heads.map((head, place) =>
      Math.max(stringWidth(head), ...cells.map((line) => stringWidth(line[place] ?? ''))),
    );
    return { head: this.#line(heads), body: cells.map((line) => this.#line(line)) };
  }

  #line(cells: readonly string[]): string {
    const padded = cells.map((cell, place) => {
      const gap = ' '.repeat(Math.max(0, (this.#widths[place] ?? 0) - stringWidth(cell)));
      return this.#columns[place]?.isNumber === true ? `${gap}${cell}` : `${cell}${gap}`;
    });
    return padded.join('  ').trimEnd();
  }
}

function cellText(value: string | number | null | undefined, lengthMax: number): string {
  const text = plain(String(value ?? ''));
  if (text.length <= lengthMax) return text;
  const characters = Array.from(text);
  return characters.length <= lengthMax ? text : `${characters.slice(0, lengthMax - 1).join('')}…`;
}
