/** Whether a document may take the place of the one that was released. */
import { breaksOfApi, breaksOfEvents } from './breaks.ts';

/** What breaks between two texts of a document, a line each. */
export function breaksBetween(path: string, released: string, current: string): string[] {
  const [before, after] = [JSON.parse(released), JSON.parse(current)];
  return path === 'openapi.json' ? breaksOfApi(before, after) : breaksOfEvents(before, after);
}

/** Why a document can't be released, or null where it can: it breaks nothing, and another one has another version. */
export function faultOfRelease(path: string, released: string, current: string): string | null {
  const breaks = breaksBetween(path, released, current);
  if (breaks.length > 0) return `it breaks what was released:\n${breaks.join('\n')}`;
  const isSameVersion = JSON.parse(released).info.version === JSON.parse(current).info.version;
  return isSameVersion && released !== current ? 'another text needs another version' : null;
}
