/**
 * The rule that a field violates, as shown to callers: a stable code, and a sentence that continues after the field's
 * name. Schemas phrase most rules themselves; this module phrases those left to zod.
 */
import { type FieldError, isFieldCode, NumberLiteral } from '@mo/contracts';
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

const UNITS: Readonly<Record<string, string>> = { string: 'character', array: 'item' };

/** The beginning of zod's own messages, for rules that a schema does not phrase. */
const ZODS_WORDS = /^(Invalid input|Too small|Too big):/;
/** Numbers in requests are integers, except amounts, whose schema phrases its rules itself. */
const WHOLE_NUMBER = 'must be a whole number of at most 15 digits, without exponent';

/** @param issue with its input, unless the field is missing */
export function brokenRule(issue: z.core.$ZodIssue, where: FieldError['in']): BrokenRule {
  if (issue.message === 'is required') return { code: 'required', detail: 'is required' };
  if (where === 'query' && Array.isArray(issue.input)) return { code: 'repeated', detail: 'must be given once' };
  if (issue.code === 'invalid_type') return wrongType(issue);
  if (issue.code === 'invalid_value')
    return { code: 'invalid_value', detail: `must be one of ${issue.values.join(', ')}` };
  const isBound = issue.code === 'too_small' || issue.code === 'too_big';
  if (isBound && ZODS_WORDS.test(issue.message)) return { code: issue.code, detail: boundOf(issue) };
  return { code: isFieldCode(issue.code) ? issue.code : 'invalid', detail: issue.message };
}

/** Which property of a number, a text or a list is bounded, and by which limit. */
function boundOf(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  const [least, bound] = issue.code === 'too_small' ? ['at least', issue.minimum] : ['at most', issue.maximum];
  const unit = UNITS[issue.origin];
  return unit === undefined
    ? `must be ${least} ${bound}`
    : `must have ${least} ${bound} ${unit}${bound === 1 ? '' : 's'}`;
}

function wrongType({ expected, input, message }: z.core.$ZodIssueInvalidType): BrokenRule {
  if (input === undefined) return { code: 'required', detail: 'is required' };
  if (!ZODS_WORDS.test(message)) return { code: 'invalid_type', detail: message };
  if (expected === 'number' && input instanceof NumberLiteral) return { code: 'invalid_type', detail: WHOLE_NUMBER };
  return { code: 'invalid_type', detail: `must be ${TYPES[expected] ?? expected}` };
}
