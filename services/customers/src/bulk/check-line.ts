import { type BulkError, type NewCustomer, newCustomer } from '@mo/contracts';
import { ProblemError, validate } from '@mo/service-kit';
import { z } from 'zod';
import { DETAIL_LENGTH_MAX, NAME_LENGTH_MAX } from './limits.ts';
import type { ReadLine } from './lines.ts';

/** As it is checked with each of a million lines (https://zod.dev/compile). */
const lineCustomer = z.compile(newCustomer, { strict: true });

/** A line that names a new customer, and no rule is broken. */
export interface GoodLine {
  readonly line: number;
  readonly customer: NewCustomer;
}
/** A line that may be registered, or what is wrong with it. */
export type CheckedLine = GoodLine | { readonly line: number; readonly error: BulkError };

export const isGood = (line: CheckedLine): line is GoodLine => 'customer' in line;

/** Holds a line against the rules of a new customer, the same as for one that comes alone. */
export function checkLine(read: ReadLine): CheckedLine {
  const { line } = read;
  if ('fault' in read) return { line, error: invalidLine(line, null, read.fault) };
  try {
    return { line, customer: validate(lineCustomer, read.value, 'body') };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { line, error: invalidLine(line, nameOf(read.value), error.message) };
  }
}

/** A line whose external_id is taken: by a customer, or by a line before it. */
export function takenLine(line: number, externalId: string): BulkError {
  return detached({
    line,
    external_id: externalId,
    code: 'already_exists',
    detail: `the customer ${externalId} exists`,
  });
}

function invalidLine(line: number, name: string | null, detail: string): BulkError {
  return detached({ line, external_id: name, code: 'invalid_request', detail: detail.slice(0, DETAIL_LENGTH_MAX) });
}

/** An error of a line without the line: a part of a string keeps the whole string in memory, and this is a copy. */
const detached = (error: BulkError): BulkError => structuredClone(error);

function nameOf(value: unknown): string | null {
  const name = (value as { external_id?: unknown } | null)?.external_id;
  return typeof name === 'string' ? name.slice(0, NAME_LENGTH_MAX) : null;
}
