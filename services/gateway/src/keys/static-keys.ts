import { readFileSync } from 'node:fs';
import { ConfigError, type Logger, RetryLog, systemClock } from '@mo/service-kit';
import type { KeySource } from '../config.ts';
import type { ApiKey } from './api-key.ts';
import { parseKeys } from './parse-keys.ts';

/**
 * The file is short, so reading it this often costs nothing. No change is missed, as it could be by comparing time or
 * size.
 */
const FILE_POLL_MS = 1_000;

/**
 * Passes on the current keys, and again after each change. While the file cannot be read, the last keys remain valid,
 * and the reason is logged.
 *
 * @returns a function that stops watching
 * @throws ConfigError
 */
export function watchStaticKeys(source: KeySource, onKeys: (keys: ApiKey[]) => void, logger: Logger): () => void {
  if ('text' in source) {
    onKeys(parseKeys(source.text, 'API_KEYS'));
    return () => {};
  }
  const { file } = source;
  const name = `API_KEYS_FILE ${file}`;
  let text = readKeys(file, name);
  onKeys(parseKeys(text, name));
  const ofFile = logger.child({ file });
  const log = new RetryLog(systemClock, ofFile, 'the API keys cannot be read: the previous keys stay valid');
  const timer = setInterval(() => {
    try {
      const found = readKeys(file, name);
      if (found !== text) {
        const keys = parseKeys(found, name);
        onKeys(keys);
        text = found;
        logger.info({ file, keys: keys.length }, 'reloaded the API keys');
      }
      log.succeeded();
    } catch (error) {
      log.failed(error, 'error');
    }
  }, FILE_POLL_MS).unref();
  return () => clearInterval(timer);
}

/** @throws ConfigError */
function readKeys(file: string, name: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`${name} cannot be read: ${(error as Error).message}`);
  }
}
