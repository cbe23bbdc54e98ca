import type { FieldError } from '@mo/contracts';
import type { z } from 'zod';
import { brokenRule } from './broken-rule.ts';
import { ProblemError, pointerOf } from './problem-error.ts';

export const FIELD_ERRORS_MAX = 100;

/**
 * Validates one part of a request.
 *
 * @throws ProblemError invalid_request that lists every invalid field and the rule that it violates
 */
export function validate<T extends z.ZodType>(schema: T, value: unknown, where: FieldError['in']): z.infer<T> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const errors = besidesWrongTypes(result.error.issues)
    .flatMap((issue) => fieldErrors(issue, where))
    .slice(0, FIELD_ERRORS_MAX);
  const detail = errors.map((error) => `${error.pointer.slice(1) || where} ${error.detail}`).join('; ');
  throw new ProblemError('invalid_request', detail, { errors });
}

/** A value of a wrong type may break bounds, too, such as a text the length of a list: those are not its fault. */
function besidesWrongTypes(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  const wrong = new Set(issues.filter(({ code }) => code === 'invalid_type').map(({ path }) => pointerOf(path)));
  return issues.filter(({ code, path }) => code === 'invalid_type' || !wrong.has(pointerOf(path)));
}

function fieldErrors(issue: z.core.$ZodIssue, where: FieldError['in']): FieldError[] {
  const pointer = pointerOf(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: `${pointer}${pointerOf([key])}`,
      in: where,
      code: 'unknown_member',
      detail: 'is unknown',
    }));
  }
  return [{ pointer, in: where, ...brokenRule(issue, where) }];
}
