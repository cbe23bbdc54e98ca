import { First } from './2026-11-27-first.ts';

/** In the order in which they run. */
export const migrations = [{ name: 'first', class: First }];
