import { readFileSync } from 'node:fs';
import { ConfigError, type Logger, RetryLog, systemClock } from '@mo/service-kit';
import type { KeySource } from '../config.ts';
import type { ApiKey } from './api-key.ts';
import { type ParsedKeys, parseKeys, parseValidKeys } from './parse-keys.ts';

/**
 * The file is short, so reading it this often costs nothing. No change is missed, as it could be by comparing time or
 * size.
 */
export const FILE_POLL_MS = 1_000;
/** A change counts once the file is the same after this time: an editor may empty a file before it writes it. */
export const FILE_SETTLE_MS = 200;
/** The same for a file without keys: `command > file` empties it until the command writes. */
export const EMPTY_SETTLE_MS = 10_000;
/** How many faults a line of the log names. */
const FAULTS_NAMED_MAX = 10;

/**
 * Passes on the current keys, and again after each change. While the file cannot be read, or has entries of which none is
 * valid, the last keys remain valid. Otherwise entries that are not valid are left out, so that no key outlives its line.
 * The log has the reason.
 *
 * @param mayBeEmpty whether a file without a key is accepted at start, because keys have another source, too
 * @returns a function that stops watching
 * @throws ConfigError
 */
export function watchStaticKeys(
  source: KeySource,
  mayBeEmpty: boolean,
  onKeys: (keys: ApiKey[]) => void,
  logger: Logger,
): () => void {
  if ('text' in source) {
    onKeys(atLeastOne(parseValidKeys(source.text, 'API_KEYS'), 'API_KEYS'));
    return () => {};
  }
  const { file } = source;
  const name = `API_KEYS_FILE ${file}`;
  let text = readKeys(file, name);
  const first = parseValidKeys(text, name);
  onKeys(mayBeEmpty ? first : atLeastOne(first, name));
  const ofFile = logger.child({ file });
  const unread = new RetryLog(systemClock, ofFile, 'the API keys cannot be used: the previous keys stay valid');
  const leftOut = new RetryLog(systemClock, ofFile, 'some lines of the API keys are not valid: they are left out');
  let faults: readonly string[] = [];
  /** Set while the file has entries, but none that is valid. */
  let unfit: ConfigError | null = null;
  /** A changed text, which is taken if it lasts until `atMs`, by the clock's `elapsed`. */
  let changed: { readonly text: string; readonly parsed: ParsedKeys; readonly atMs: number } | null = null;
  const note = (found: string) => {
    if (found === changed?.text) return;
    changed = null;
    if (found === text) return;
    const parsed = parseKeys(found);
    const settleMs = parsed.keys.length === 0 ? EMPTY_SETTLE_MS : FILE_SETTLE_MS;
    changed = { text: found, parsed, atMs: systemClock.elapsed() + settleMs };
  };
  const take = (parsed: ParsedKeys) => {
    ({ faults } = parsed);
    unfit = parsed.keys.length === 0 && faults.length > 0 ? new ConfigError(`${name}, ${faults[0]}`) : null;
    if (unfit !== null) return;
    onKeys(parsed.keys);
    if (parsed.keys.length === 0) ofFile.warn('the file of API keys contains no key any more');
    else ofFile.info({ keys: parsed.keys.length }, 'reloaded the API keys');
  };
  const look = () => {
    try {
      note(readKeys(file, name));
      if (changed !== null && systemClock.elapsed() >= changed.atMs) {
        ({ text } = changed);
        take(changed.parsed);
        changed = null;
      }
      if (unfit !== null) throw unfit;
      unread.succeeded();
      if (faults.length === 0) leftOut.succeeded();
      else leftOut.lasts(faults.join(), { faults: faults.slice(0, FAULTS_NAMED_MAX), count: faults.length });
    } catch (error) {
      if (error !== unfit) changed = null;
      unread.failed(error, 'error');
    }
    timer = setTimeout(look, changed === null ? FILE_POLL_MS : FILE_SETTLE_MS).unref();
  };
  let timer = setTimeout(look, FILE_POLL_MS).unref();
  return () => clearTimeout(timer);
}

/** @throws ConfigError */
function atLeastOne(keys: ApiKey[], name: string): ApiKey[] {
  if (keys.length === 0) throw new ConfigError(`${name} contains no key`);
  return keys;
}

/** @throws ConfigError */
function readKeys(file: string, name: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`${name} cannot be read: ${(error as Error).message}`);
  }
}
