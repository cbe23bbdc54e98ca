import type { FieldError } from '@mo/contracts';
import type { z } from 'zod';
import { type BrokenRule, brokenRule } from './broken-rule.ts';
import { nameOf, ProblemError, pointerOf } from './problem-error.ts';

export const FIELD_ERRORS_MAX = 100;

/**
 * Validates one part of a request.
 *
 * @throws ProblemError invalid_request that lists every invalid field and the rule that it violates
 */
export function validate<T extends z.ZodType>(schema: T, value: unknown, where: FieldError['in']): z.infer<T> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const broken = besidesWrongTypes(result.error.issues)
    .flatMap((issue) => brokenFields(issue, where))
    .slice(0, FIELD_ERRORS_MAX);
  const errors = broken.map(({ path, ...rule }) => ({ pointer: pointerOf(path), in: where, ...rule }));
  const detail = broken.map((field) => `${nameOf(field.path) || where} ${field.detail}`).join('; ');
  throw new ProblemError('invalid_request', detail, { errors });
}

/** A value of a wrong type may break bounds, too, such as a text the length of a list: those are not its fault. */
function besidesWrongTypes(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  const wrong = new Set(issues.filter(({ code }) => code === 'invalid_type').map(({ path }) => pointerOf(path)));
  return issues.filter(({ code, path }) => code === 'invalid_type' || !wrong.has(pointerOf(path)));
}

interface BrokenField extends BrokenRule {
  readonly path: readonly PropertyKey[];
}

function brokenFields(issue: z.core.$ZodIssue, where: FieldError['in']): BrokenField[] {
  const { path } = issue;
  if (issue.code !== 'unrecognized_keys') return [{ path, ...brokenRule(issue, where) }];
  return issue.keys.map((key) => ({ path: [...path, key], code: 'unknown_member', detail: 'is unknown' }));
}
