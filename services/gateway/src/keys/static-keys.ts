import { ConfigError, type Logger } from '@mo/service-kit';
import type { KeySource } from '../config.ts';
import type { ApiKey } from './api-key.ts';
import { KeyFile } from './key-file.ts';
import { parseValidKeys } from './parse-keys.ts';

/**
 * Passes on the current keys, and again after each change of the file that has them.
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
  const file = new KeyFile(source.file, onKeys, logger);
  const first = parseValidKeys(file.text, file.name);
  onKeys(mayBeEmpty ? first : atLeastOne(first, file.name));
  file.watch();
  return () => file.stop();
}

/** @throws ConfigError */
function atLeastOne(keys: ApiKey[], name: string): ApiKey[] {
  if (keys.length === 0) throw new ConfigError(`${name} contains no key`);
  return keys;
}
