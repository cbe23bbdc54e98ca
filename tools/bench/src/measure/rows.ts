import type { Level } from '@mo/load';
import { levelName, Row } from './row.ts';

/** All rows of a run, in the order of their first slice. */
export class Rows {
  readonly #rows = new Map<string, Row>();

  get all(): readonly Row[] {
    return [...this.#rows.values()];
  }

  /** The row of a member at a load, created if missing. */
  of(name: string, isControl: boolean, level: Level): Row {
    const key = `${name} ${levelName(level)}`;
    const row = this.#rows.get(key) ?? new Row(name, isControl, level);
    this.#rows.set(key, row);
    return row;
  }

  /** A row whose figures may be reported; null if it was not measured or is not sound. */
  sound(name: string, level: string): Row | null {
    const row = this.#rows.get(`${name} ${level}`);
    return row?.isSound ? row : null;
  }

  /** All rows of a member. */
  named(name: string): readonly Row[] {
    return this.all.filter((row) => row.name === name);
  }
}
