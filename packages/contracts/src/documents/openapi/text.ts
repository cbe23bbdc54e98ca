/** What the reference tells of an operation beyond the table of operations: a description, and examples of everything. */
import type { FieldError } from '../../problems.ts';

/** An example, and what it shows. */
export interface Example {
  readonly summary: string;
  readonly value: unknown;
}

export type Examples = Readonly<Record<string, Example>>;

export interface OperationText {
  /** Markdown. */
  readonly description: string;
  /** Of the body, by media type. */
  readonly request?: Readonly<Record<string, Examples>>;
  /** Of each answer, by status. */
  readonly answers: Readonly<Record<number, Examples>>;
  /** How a request breaks a rule. */
  readonly invalid: FieldError;
  /** What a name in a path leads to, where it leads to nothing: `loan 7`. */
  readonly missing?: string;
  /** What has the external_id already: `loan loan-1`. */
  readonly taken?: string;
}

/** The one example of an answer or a body. */
export const only = (summary: string, value: unknown): Examples => ({ example: { summary, value } });

export const LIMIT_INVALID: FieldError = {
  pointer: '/limit',
  in: 'query',
  code: 'invalid',
  detail: 'must be from 1 to 200',
};

export const idInvalid = (name: string): FieldError => ({
  pointer: `/${name}`,
  in: 'path',
  code: 'invalid_format',
  detail: 'must be a whole number from 1',
});
