/** Log lines on their way to a file descriptor, written together: a system call a line would cost more than the line. */
import { type DestinationStream, pino } from 'pino';

/** So many characters are written together, with the line that goes beyond … */
const TOGETHER_CHARACTERS = 15_360;
/** … or what there is so long after the first of them. */
const TOGETHER_MS = 100;
/** Beyond so many bytes that nobody takes, lines are dropped. */
const WAITING_BYTES_MAX = 16 * 1024 * 1024;

/**
 * What the end of a process by a signal that nothing handles may take with it is what was logged in the last moment. A fatal
 * line, and an exit, write what waits here; what a thread is writing at that moment may come after it, or not at all. pino's own
 * destination could gather lines, but measures all that it holds anew with each of them, and its clock writes ten times a second
 * where there is nothing to write.
 */
export class LogLines implements DestinationStream {
  readonly #out: ReturnType<typeof pino.destination>;
  /** For the last lines of a process, which has no time left to be told that they are written. */
  readonly #last: ReturnType<typeof pino.destination>;
  #lines: string[] = [];
  #characters = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(fd: number) {
    this.#out = pino.destination({ fd, sync: false, maxLength: WAITING_BYTES_MAX });
    this.#last = pino.destination({ fd, sync: true });
    process.once('exit', () => this.flushSync());
  }

  write(line: string): void {
    this.#lines.push(line);
    this.#characters += line.length;
    if (this.#characters >= TOGETHER_CHARACTERS) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), TOGETHER_MS).unref();
  }

  /** Begins to write what there is. */
  flush(): void {
    const text = this.#take();
    if (text !== '') this.#out.write(text);
  }

  /** Writes what there is before it returns: pino asks for it with a fatal line. */
  flushSync(): void {
    this.#out.flushSync();
    const text = this.#take();
    if (text !== '') this.#last.write(text);
  }

  #take(): string {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const text = this.#lines.join('');
    this.#lines = [];
    this.#characters = 0;
    return text;
  }
}
