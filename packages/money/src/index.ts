/**
 * Exact amounts. An amount is a bigint of minor units (cents), so that sums are exact at any size; it crosses a
 * boundary (JSON, a numeric column) as a decimal string with two places. Floats never touch it.
 */

export type { Allocation, Debt } from './allocate.ts';
export { allocate } from './allocate.ts';
export type { Money } from './money.ts';
export { AMOUNT_MAX, formatMoney, MoneyError, parseMoney } from './money.ts';
