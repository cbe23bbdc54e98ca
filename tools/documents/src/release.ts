/** Whether a document may replace the released one. */
import { breaksOfApi, breaksOfEvents } from './breaks.ts';

/** The breaking changes between two texts of a document, one line each. */
export function breaksBetween(path: string, released: string, current: string): string[] {
  const [before, after] = [JSON.parse(released), JSON.parse(current)];
  return path === 'openapi.json' ? breaksOfApi(before, after) : breaksOfEvents(before, after);
}

/** Why a document can't be released; null if it breaks nothing, and has a new version in case its text changed. */
export function faultOfRelease(path: string, released: string, current: string): string | null {
  const breaks = breaksBetween(path, released, current);
  if (breaks.length > 0) return `it breaks what was released:\n${breaks.join('\n')}`;
  const isSameVersion = JSON.parse(released).info.version === JSON.parse(current).info.version;
  return isSameVersion && released !== current ? 'another text needs another version' : null;
}
