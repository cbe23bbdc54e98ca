/** Compares acknowledged writes with stored rows, by name. */
import { type Kind, nameOf } from '../load/recipes.ts';

/** Faults beyond this number are counted, not listed. */
const FAULTS_TOLD_MAX = 5;

/** What a table or a journal must contain of one kind. */
export interface Expected {
  readonly prefix: string;
  readonly kind: Kind;
  /** The numbers of acknowledged writes: each must exist once. */
  readonly created: readonly number[];
  /** The numbers of unanswered writes: each may exist, at most once. */
  readonly unknown: readonly number[];
}

/**
 * Differences between the expected names and those that a place contains.
 *
 * @param where the name of the place
 * @param found the names in it, with duplicates
 */
export function faultsOfNames(
  where: string,
  { prefix, kind, created, unknown }: Expected,
  found: Iterable<string>,
): string[] {
  const times = new Map<string, number>();
  for (const name of found) times.set(name, (times.get(name) ?? 0) + 1);
  const faults: string[] = [];
  for (const number of created) {
    const name = nameOf(prefix, kind, number);
    const count = times.get(name) ?? 0;
    if (count === 0) faults.push(`${name} was acknowledged and is not in ${where}`);
    if (count > 1) faults.push(`${name} is in ${where} ${count} times`);
    times.delete(name);
  }
  for (const number of unknown) {
    const name = nameOf(prefix, kind, number);
    if ((times.get(name) ?? 0) > 1) faults.push(`${name} is in ${where} ${times.get(name)} times`);
    times.delete(name);
  }
  for (const name of times.keys()) faults.push(`${name} is in ${where} and was never acknowledged`);
  return shortened(faults);
}

/** The first few faults, and the number of the others. */
export function shortened(faults: readonly string[]): string[] {
  const more = faults.length - FAULTS_TOLD_MAX;
  return more <= 0 ? [...faults] : [...faults.slice(0, FAULTS_TOLD_MAX), `and ${more} more`];
}
