/** An amount in minor units (cents). */
export type Money = bigint;

const DECIMALS = 2;
const DECIMAL = /^(\d{1,10})(?:\.(\d{1,2}))?$/;

/** The largest amount in a request, in minor units: ten digits before the point, the limit of numeric(12,2). */
export const AMOUNT_MAX: Money = 999_999_999_999n;

/** A text is not a valid amount; the message names the broken rule. */
export class MoneyError extends Error {
  override readonly name = 'MoneyError';
}

/**
 * Parses a plain decimal: up to ten digits, then up to two decimals ("1200", "1200.5", "1200.50").
 *
 * @returns minor units
 * @throws MoneyError on a sign, an exponent, a third decimal, white space, or more than ten digits before the point
 */
export function parseMoney(text: string): Money {
  const match = DECIMAL.exec(text);
  if (match === null) throw new MoneyError(ruleBrokenBy(text));
  const [, units = '', decimals = ''] = match;
  return BigInt(units + decimals.padEnd(DECIMALS, '0'));
}

/** Formats minor units as in responses and events, a decimal string with two places: 120050n → "1200.50". */
export function formatMoney(amountMinor: Money): string {
  const sign = amountMinor < 0n ? '-' : '';
  const digits = (amountMinor < 0n ? -amountMinor : amountMinor).toString().padStart(3, '0');
  return `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

function ruleBrokenBy(text: string): string {
  if (/^[+-]/.test(text)) return 'must not have a sign';
  if (/^\d+\.\d{3,}$/.test(text)) return 'must not have more than two decimals';
  if (/^\d[\d.]*[eE]/.test(text)) return 'must not have an exponent';
  if (/^\d{11,}(\.\d*)?$/.test(text)) return 'must not have more than 10 digits before the point';
  return 'must be a plain decimal such as "1200.50"';
}
