/** A violated rule; the first one ends the seed. */
export interface Violation {
  /** The rule in a few words; the same for the same kind of fault. */
  readonly rule: string;
  readonly detail: string;
}

export type Report = (rule: string, detail: string) => void;
