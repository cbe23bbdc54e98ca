/** A file that is there whole or not at all: what stands under its name stays until the new one is complete. */
import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { CommandError } from '@mo/command';

export class WholeFile {
  readonly #path: string;
  readonly #option: string;

  private constructor(path: string, option: string) {
    this.#path = path;
    this.#option = option;
  }

  /**
   * Begins one, before the work whose result it takes: what can't be written down at the end can't be had again.
   *
   * @param option the one that names it, such as `--plan`
   * @throws CommandError where it can't be written
   */
  static begin(path: string, option: string): WholeFile {
    const file = new WholeFile(path, option);
    file.#try(() => {
      if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) throw new Error(`${path} is no file`);
      writeFileSync(file.#part, '');
    });
    return file;
  }

  /** Puts it in the place of what is there. @throws CommandError where it can't; what is there stays */
  finish(text: string): void {
    this.#try(() => {
      writeFileSync(this.#part, text, { flush: true });
      renameSync(this.#part, this.#path);
    });
  }

  /** Leaves nothing of one that came to nothing. */
  discard(): void {
    rmSync(this.#part, { force: true });
  }

  get #part(): string {
    return `${this.#path}.part`;
  }

  #try(write: () => void): void {
    try {
      write();
    } catch (error) {
      throw new CommandError(`${this.#option} can't be written: ${(error as Error).message}`, { cause: error });
    }
  }
}
