/** A file that is replaced atomically: an existing file of its name stays until the new one is complete. */
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
   * Opens the file before the work whose result it stores, because a result that cannot be written at the end is lost.
   *
   * @param option the option that names the file, such as `--plan`
   * @throws CommandError if the file cannot be written
   */
  static begin(path: string, option: string): WholeFile {
    const file = new WholeFile(path, option);
    file.#try(() => {
      if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) throw new Error(`${path} is not a file`);
      writeFileSync(file.#part, '');
    });
    return file;
  }

  /** Replaces an existing file. @throws CommandError if that is not possible; the existing file then stays */
  finish(text: string): void {
    this.#try(() => {
      writeFileSync(this.#part, text, { flush: true });
      renameSync(this.#part, this.#path);
    });
  }

  /** Removes the incomplete file. */
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
      throw new CommandError(`${this.#option} cannot be written: ${(error as Error).message}`, { cause: error });
    }
  }
}
