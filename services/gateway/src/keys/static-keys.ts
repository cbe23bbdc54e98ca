import { readFileSync } from 'node:fs';
import { ConfigError, type Logger } from '@mo/service-kit';
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
  const file = new KeysFile(source.file);
  onKeys(parseKeys(file.read(), file.name));
  const timer = setInterval(() => {
    try {
      const text = file.readIfChanged();
      if (text === null) return;
      const keys = parseKeys(text, file.name);
      onKeys(keys);
      logger.info({ file: source.file, keys: keys.length }, 'reloaded the API keys');
    } catch (error) {
      logger.error({ err: error, file: source.file }, 'the API keys cannot be read: the previous keys stay valid');
    }
  }, FILE_POLL_MS).unref();
  return () => clearInterval(timer);
}

class KeysFile {
  readonly name: string;
  readonly #path: string;
  /** The text read last, or the reason why it could not be read. */
  #seen = '';

  constructor(path: string) {
    this.#path = path;
    this.name = `API_KEYS_FILE ${path}`;
  }

  /** @throws ConfigError */
  read(): string {
    try {
      this.#seen = readFileSync(this.#path, 'utf8');
      return this.#seen;
    } catch (error) {
      this.#seen = (error as Error).message;
      throw new ConfigError(`${this.name} cannot be read: ${this.#seen}`);
    }
  }

  /**
   * The text if it has changed; null if it is the same, or as unreadable as before.
   *
   * @throws ConfigError
   */
  readIfChanged(): string | null {
    const before = this.#seen;
    try {
      const text = this.read();
      return text === before ? null : text;
    } catch (error) {
      if (this.#seen === before) return null;
      throw error;
    }
  }
}
