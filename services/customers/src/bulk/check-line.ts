import { type BulkError, type NewCustomer, newCustomer } from '@mo/contracts';
import { ProblemError, validate } from '@mo/service-kit';
import { z } from 'zod';
import { DETAIL_LENGTH_MAX, NAME_LENGTH_MAX } from './limits.ts';
import type { ReadLine } from './lines.ts';

/** Compiled, because it validates up to a million lines (https://zod.dev/compile). */
const lineCustomer = z.compile(newCustomer, { strict: true });

/** A line that contains a valid new customer. */
export interface GoodLine {
  readonly line: number;
  readonly customer: NewCustomer;
}
/** A line that may be registered, or its error. */
export type CheckedLine = GoodLine | { readonly line: number; readonly error: BulkError };

export const isGood = (line: CheckedLine): line is GoodLine => 'customer' in line;

/** Validates a line by the same rules as a single new customer. */
export function checkLine(read: ReadLine): CheckedLine {
  const { line } = read;
  if ('fault' in read) return { line, error: invalidLine(line, null, read.fault) };
  try {
    return { line, customer: validate(lineCustomer, read.value, 'body') };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { line, error: invalidLine(line, nameOf(read.value), detailOf(error)) };
  }
}

/**
 * The error of a line whose external_id is taken, by a customer or by an earlier line. It is a copy: the external_id of a
 * CSV line is a slice, which would keep the line in memory, up to 16 KB if its time has many digits.
 */
export function takenLine(line: number, externalId: string): BulkError {
  return structuredClone({
    line,
    external_id: externalId,
    code: 'already_exists',
    detail: `the customer ${externalId} already exists`,
  });
}

function invalidLine(line: number, name: string | null, detail: string): BulkError {
  return { line, external_id: name, code: 'invalid_request', detail: beginningOf(detail, DETAIL_LENGTH_MAX) };
}

/** A line is not the body of its request. */
const detailOf = ({ errors, message }: ProblemError): string =>
  errors?.[0]?.pointer === '' ? 'must be a JSON object' : message;

function nameOf(value: unknown): string | null {
  const name = (value as { external_id?: unknown } | null)?.external_id;
  return typeof name === 'string' ? beginningOf(name, NAME_LENGTH_MAX) : null;
}

/**
 * At most `max` characters, as a copy: a slice would keep the whole text in memory. Half of a surrogate pair is replaced,
 * because many JSON parsers refuse it.
 */
function beginningOf(text: string, max: number): string {
  const units = text.slice(0, 2 * max);
  return Array.from(units).slice(0, max).join('').toWellFormed();
}
