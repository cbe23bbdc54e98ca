/** What the API reference adds to the table of operations: a description of each operation, and examples. */
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
  /** Examples of the body, by media type. */
  readonly request?: Readonly<Record<string, Examples>>;
  /** Examples of each answer, by status. */
  readonly answers: Readonly<Record<number, Examples>>;
  /** The example of a rule that a request breaks. */
  readonly invalid: FieldError;
  /** The resource that the path names but that does not exist, such as `loan 7`. */
  readonly missing?: string;
  /** The resource that already has the external_id, such as `loan loan-1`. */
  readonly taken?: string;
}

/** The examples of an answer or a body that has only one. */
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
