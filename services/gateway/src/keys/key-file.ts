import { readFileSync } from 'node:fs';
import { ConfigError, type Logger, RetryLog, systemClock } from '@mo/service-kit';
import type { ApiKey } from './api-key.ts';
import { type ParsedKeys, parseKeys } from './parse-keys.ts';

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

/** A text that the file was changed to, which is taken if it lasts until `atMs`, by the clock's `elapsed`. */
interface Change {
  readonly text: string;
  readonly parsed: ParsedKeys;
  readonly atMs: number;
}

/**
 * A file of API keys, whose changes are passed on. While it cannot be read, or has entries of which none is valid, the
 * last keys remain valid. Otherwise entries that are not valid are left out, so that no key outlives its line. The log
 * has the reason.
 */
export class KeyFile {
  /** As messages call the file. */
  readonly name: string;
  readonly #path: string;
  readonly #onKeys: (keys: ApiKey[]) => void;
  readonly #logger: Logger;
  readonly #unread: RetryLog;
  readonly #leftOut: RetryLog;
  #text: string;
  #faults: readonly string[] = [];
  /** Set while the file has entries, but none that is valid. */
  #unfit: ConfigError | null = null;
  #change: Change | null = null;
  #timer: NodeJS.Timeout | undefined;

  /**
   * Reads the file, but passes nothing on.
   *
   * @throws ConfigError
   */
  constructor(path: string, onKeys: (keys: ApiKey[]) => void, logger: Logger) {
    this.name = `API_KEYS_FILE ${path}`;
    this.#path = path;
    this.#onKeys = onKeys;
    this.#logger = logger.child({ file: path });
    const log = (words: string) => new RetryLog(systemClock, this.#logger, words);
    this.#unread = log('the API keys cannot be used: the previous keys stay valid');
    this.#leftOut = log('some lines of the API keys are not valid: they are left out');
    this.#text = this.#read();
  }

  /** The text that counts: the last one that did not change again at once. */
  get text(): string {
    return this.#text;
  }

  /** Looks for changes until `stop`. */
  watch(): void {
    const delayMs = this.#change === null ? FILE_POLL_MS : FILE_SETTLE_MS;
    this.#timer = setTimeout(() => {
      this.#look();
      this.watch();
    }, delayMs).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    try {
      this.#note(this.#read());
      this.#takeWhatLasted();
    } catch (error) {
      this.#change = null;
      this.#unread.failed(error, 'error');
      return;
    }
    if (this.#unfit !== null) {
      this.#unread.failed(this.#unfit, 'error');
      return;
    }
    this.#unread.succeeded();
    const faults = this.#faults;
    if (faults.length === 0) this.#leftOut.succeeded();
    else this.#leftOut.lasts(faults.join(), { faults: faults.slice(0, FAULTS_NAMED_MAX), count: faults.length });
  }

  #note(found: string): void {
    if (found === this.#change?.text) return;
    this.#change = null;
    if (found === this.#text) return;
    const parsed = parseKeys(found);
    const settleMs = parsed.keys.length === 0 ? EMPTY_SETTLE_MS : FILE_SETTLE_MS;
    this.#change = { text: found, parsed, atMs: systemClock.elapsed() + settleMs };
  }

  #takeWhatLasted(): void {
    if (this.#change === null || systemClock.elapsed() < this.#change.atMs) return;
    const { text, parsed } = this.#change;
    this.#change = null;
    this.#text = text;
    this.#faults = parsed.faults;
    const hasNoneValid = parsed.keys.length === 0 && parsed.faults.length > 0;
    this.#unfit = hasNoneValid ? new ConfigError(`${this.name}, ${parsed.faults[0]}`) : null;
    if (hasNoneValid) return;
    this.#onKeys(parsed.keys);
    if (parsed.keys.length === 0) this.#logger.warn('the file of API keys contains no key any more');
    else this.#logger.info({ keys: parsed.keys.length }, 'reloaded the API keys');
  }

  /** @throws ConfigError */
  #read(): string {
    try {
      return readFileSync(this.#path, 'utf8');
    } catch (error) {
      throw new ConfigError(`${this.name} cannot be read: ${(error as Error).message}`);
    }
  }
}
