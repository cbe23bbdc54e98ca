/** The history of a seed: one line per event if lines are kept, and a hash of all lines if requested. */
const LINES_MAX = 200_000;

export type Keep = 'nothing' | 'hash' | 'lines';

export class History {
  readonly keep: Keep;
  readonly lines: string[] = [];
  #low = 0x811c9dc5;
  #high = 0x9747b28c;

  constructor(keep: Keep) {
    this.keep = keep;
  }

  /** Records a line, which is built only if needed. */
  note(line: () => string): void {
    if (this.keep === 'nothing') return;
    const text = line();
    for (let place = 0; place < text.length; place += 1) {
      const code = text.charCodeAt(place);
      this.#low = Math.imul(this.#low ^ code, 0x01000193);
      this.#high = Math.imul(this.#high ^ code, 0x85ebca6b);
    }
    if (this.keep === 'lines' && this.lines.length < LINES_MAX) this.lines.push(text);
  }

  get hash(): string {
    return `${(this.#high >>> 0).toString(16).padStart(8, '0')}${(this.#low >>> 0).toString(16).padStart(8, '0')}`;
  }
}
