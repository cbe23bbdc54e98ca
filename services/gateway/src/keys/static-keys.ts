import { readFileSync } from 'node:fs';
import { ConfigError, type Logger } from '@mo/service-kit';
import type { KeySource } from '../config.ts';
import type { ApiKey } from './api-key.ts';
import { parseKeys } from './parse-keys.ts';

/** The file is short: to read it so often costs nothing, and no change is missed, as it may be by its time or size. */
const FILE_POLL_MS = 1_000;

/**
 * Hands over the keys as they are now, and again whenever they change. While their file can't be read, those that were read
 * last stay valid, and the log says why.
 *
 * @returns what ends that
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
      logger.info({ file: source.file, keys: keys.length }, 'read the API keys again');
    } catch (error) {
      logger.error({ err: error, file: source.file }, 'the API keys can not be read: those read before stay valid');
    }
  }, FILE_POLL_MS).unref();
  return () => clearInterval(timer);
}

class KeysFile {
  readonly name: string;
  readonly #path: string;
  /** What was read last, or why nothing could be. */
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
      throw new ConfigError(`${this.name} can not be read: ${this.#seen}`);
    }
  }

  /**
   * The text, where it is another than the last time; null where it is the same, or as unreadable as before.
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
