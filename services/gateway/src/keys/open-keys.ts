import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { ConfigError, type Logger } from '@mo/service-kit';
import type { KeySource } from '../config.ts';
import { KeyRing } from './key-ring.ts';
import { type ApiKey, parseKeys } from './parse-keys.ts';

const FILE_POLL_MS = 1_000;

/**
 * The keys as they are now, and from then on. A file is read again when it changes; while it can't be read, the keys
 * that were read last stay valid, and the log says why.
 *
 * @throws ConfigError
 */
export function openKeys(source: KeySource, logger: Logger): { ring: KeyRing; close: () => void } {
  if ('text' in source) return { ring: new KeyRing(parseKeys(source.text, 'API_KEYS')), close: () => {} };
  const { file } = source;
  const ring = new KeyRing(readKeys(file));
  const reread = () => {
    try {
      const keys = readKeys(file);
      ring.replace(keys);
      logger.info({ file, keys: keys.length }, 'read the API keys again');
    } catch (error) {
      logger.error({ err: error, file }, 'the API keys can not be read: those read before stay valid');
    }
  };
  watchFile(file, { interval: FILE_POLL_MS, persistent: false }, reread);
  return { ring, close: () => unwatchFile(file, reread) };
}

function readKeys(file: string): ApiKey[] {
  const source = `API_KEYS_FILE ${file}`;
  try {
    return parseKeys(readFileSync(file, 'utf8'), source);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(`${source} can not be read: ${(error as Error).message}`);
  }
}
