/**
 * The rule that a field breaks, as callers read it: a code that stays the same, and a sentence that goes on from the
 * field's name. Schemas word most rules themselves; what they leave to zod is worded here.
 */
import type { FieldError } from '@mo/contracts';
import type { z } from 'zod';

export type BrokenRule = Pick<FieldError, 'code' | 'detail'>;

const TYPES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
};

/** @param issue with its input, unless the field is missing */
export function brokenRule(issue: z.core.$ZodIssue, where: FieldError['in']): BrokenRule {
  if (issue.message === 'is required') return { code: 'required', detail: 'is required' };
  if (issue.code === 'invalid_type') return wrongType(issue, where);
  if (issue.code === 'invalid_value')
    return { code: 'invalid_value', detail: `must be one of ${issue.values.join(', ')}` };
  return { code: issue.code === 'custom' ? 'invalid' : issue.code, detail: issue.message };
}

function wrongType({ expected, input }: z.core.$ZodIssueInvalidType, where: FieldError['in']): BrokenRule {
  if (input === undefined) return { code: 'required', detail: 'is required' };
  if (where === 'query' && Array.isArray(input)) return { code: 'repeated', detail: 'must be given once' };
  return { code: 'invalid_type', detail: `must be ${TYPES[expected] ?? expected}` };
}
