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

/** Validates a line by the same rules as a single new customer. @returns null if it is invalid */
export function checkLine(read: ReadLine): GoodLine | null {
  if ('fault' in read) return null;
  const { success, data } = lineCustomer.safeParse(read.value);
  return success ? { line: read.line, customer: data } : null;
}

/** The error of an invalid line. It costs several times as much as the check, so it is only for errors that are listed. */
export function errorOf(read: ReadLine): BulkError {
  const { line } = read;
  if ('fault' in read) return invalidLine(line, null, read.fault);
  return invalidLine(line, nameOf(read.value), detailOf(problemOf(read.value)));
}

function problemOf(value: unknown): ProblemError {
  try {
    validate(lineCustomer, value, 'body');
  } catch (error) {
    if (error instanceof ProblemError) return error;
    throw error;
  }
  throw new Error('the line is valid');
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
