import { AMOUNT_MAX, formatMoney, type Money, MoneyError, parseMoney } from '@mo/money';
import { z } from 'zod';
import type { ZodOpenApiOverrideMeta } from 'zod-openapi';
import { NumberLiteral } from './json.ts';

/** An amount in an answer: a decimal string with two places. */
export const moneyText = z
  .string()
  .regex(/^-?\d+\.\d{2}$/)
  .meta({ description: 'An amount with two decimals', examples: ['1200.50'] });

const MONEY_PATTERN = '^\\d{1,10}(\\.\\d{1,2})?$';

function readMoney(value: unknown, context: z.RefinementCtx): Money {
  const text = value instanceof NumberLiteral ? value.text : typeof value === 'number' ? String(value) : value;
  try {
    if (typeof text === 'string') return parseMoney(text);
    context.addIssue({ code: 'custom', message: 'must be a decimal string or a number' });
  } catch (error) {
    if (!(error instanceof MoneyError)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
  }
  return z.NEVER;
}

const moneyInput = (lowest: '0.00' | '0.01') =>
  z
    .unknown()
    .refine((value) => value !== undefined, { message: 'is required', abort: true })
    .transform(readMoney)
    .refine((amount) => amount >= parseMoney(lowest), { message: 'must be greater than zero' })
    .meta({
      override: {
        oneOf: [
          { type: 'string', pattern: lowest === '0.00' ? MONEY_PATTERN : `^(?=.*[1-9])${MONEY_PATTERN.slice(1)}` },
          {
            type: 'number',
            minimum: Number(lowest),
            maximum: Number(formatMoney(AMOUNT_MAX)),
            description: 'With up to two decimals',
          },
        ],
        description: 'An amount: up to ten digits, then up to two decimals, without sign or exponent',
        examples: ['1200.50'],
      },
    });

/** An amount in a request that moves money: above zero. Parsed to minor units. */
export const amountInput = moneyInput('0.01');

/** An amount in a request that may be zero, such as a score. Parsed to minor units. */
export const scoreInput = moneyInput('0.00');

/**
 * Used in documents instead of `\p{C}` and `\p{Z}`, which many JSON Schema implementations don't support, or take for
 * letters (docs/decisions/0044). It permits a few invisible characters that the schema itself rejects.
 */
const UNSEEN = '\\x00-\\x1f\\x7f-\\x9f';

/** The caller's own id of a resource, unique per kind of resource. */
export const externalId = z
  .string()
  .regex(/^[^\p{C}\p{Z}]{1,60}$/u, 'must be 1 to 60 visible characters')
  .meta({
    id: 'ExternalId',
    description:
      "The caller's own id: 1 to 60 visible characters. It is never erased: no personal data, only a pseudonym",
    pattern: `^[^\\s${UNSEEN}]{1,60}$`,
  });

/** Our own id of a resource. */
export const resourceId = z
  .int()
  .min(1)
  .meta({ id: 'Id', description: 'Our own id, of at most 15 digits', examples: [42] });

/** How documents describe a parameter that is text to the schema but another type to callers. */
export const describedAs =
  (description: { type: 'integer' | 'boolean' } & Record<string, unknown>): ZodOpenApiOverrideMeta =>
  ({ jsonSchema }) => {
    delete jsonSchema.pattern;
    delete jsonSchema.enum;
    Object.assign(jsonSchema, description);
  };

/** Our ids have at most 15 digits, so no resource has a longer one. */
const ID_DIGITS_MAX = 15;
const ID_MAX = 10 ** ID_DIGITS_MAX - 1;
/** Replaces longer ids: no resource has this one, and databases represent it exactly. */
const ID_OF_NOTHING = Number.MAX_SAFE_INTEGER;
const ID = /^[1-9]\d*$/;

const idOf = (digits: string): number => (digits.length > ID_DIGITS_MAX ? ID_OF_NOTHING : Number(digits));

/** Whether an id is longer than any of ours. If it comes from a request, it may differ from what the caller wrote. */
export const isIdOfNothing = (id: number): boolean => id > ID_MAX;

/** An id in a path or a query, where every value is text. */
export const idParameter = z
  .string()
  .regex(ID, 'must be a whole number from 1')
  .transform(idOf)
  .meta({ override: describedAs({ type: 'integer', minimum: 1 }), description: 'Our own id' });

/** An id in a body. */
export const idInput = z.preprocess(
  (value) => (value instanceof NumberLiteral && ID.test(value.text) ? idOf(value.text) : value),
  resourceId,
);

/** A time in an answer or an event: RFC 3339 in UTC. */
export const timeText = z.iso.datetime().meta({ description: 'RFC 3339, UTC', examples: ['2026-01-31T09:30:00.000Z'] });

/** The range of years that every system writes with four digits. */
const YEAR_MIN = 1000;
const YEAR_MAX = 9999;

const TIME_RULE = 'must be an RFC 3339 time with an offset, such as "2026-01-31T09:30:00Z"';
const TIME_FORM = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
/** The form of a time in a query whose plus sign was not encoded. */
const PLUS_LOST = /T[\d:.]+ \d\d:\d\d$/;

function timeRule(input: unknown): string {
  if (typeof input !== 'string') return TIME_RULE;
  if (PLUS_LOST.test(input)) return `${TIME_RULE}; in a query, + is written as %2B`;
  return TIME_FORM.test(input) ? 'must be a day and a time that exist' : TIME_RULE;
}

const LAST_MS = Date.parse(`${YEAR_MAX}-12-31T23:59:59.999Z`);

const timeOf = <T>(made: (time: Date, text: string) => T) =>
  z.iso
    .datetime({ offset: true, error: ({ input }) => timeRule(input) })
    .transform((text) => ({ text, time: new Date(text) }))
    .refine(
      ({ time }) => time.getUTCFullYear() >= YEAR_MIN && time.getUTCFullYear() <= YEAR_MAX,
      `must lie in the years ${YEAR_MIN} to ${YEAR_MAX}`,
    )
    .transform(({ time, text }) => made(time, text))
    .meta({ override: { type: 'string', format: 'date-time' } });

/** A time in a request: RFC 3339 with any offset, parsed to a Date. Parts of a millisecond are dropped. */
export const timeInput = timeOf((time) => time);

/** A fraction of a second that is not whole milliseconds. */
const PART_OF_MS = /\.\d{3}\d*[1-9]/;

/** A time that others must not precede. Stored times are whole milliseconds, so it is rounded up to one. */
export const lowerBound = timeOf((time, text) =>
  PART_OF_MS.test(text) ? new Date(Math.min(time.getTime() + 1, LAST_MS)) : time,
);

/**
 * Text of `least` to `most` printable characters, including spaces. Not every database accepts all other characters.
 */
export const printable = (least: number, most: number) =>
  z
    .string()
    .regex(new RegExp(`^[^\\p{C}]{${least},${most}}$`, 'u'), `must be ${least} to ${most} printable characters`)
    .meta({ pattern: `^[^${UNSEEN}]{${least},${most}}$` });

/** A label such as a contract version. */
export const label = printable(1, 60).meta({ examples: ['2026-1'] });

export const CUSTOMER_STATUSES = ['active', 'inactive'] as const;
export type CustomerStatus = (typeof CUSTOMER_STATUSES)[number];
export const LOAN_STATUSES = ['pending', 'active', 'rejected', 'paid'] as const;
export type LoanStatus = (typeof LOAN_STATUSES)[number];
export const PAYMENT_STATUSES = ['completed', 'rejected'] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];
