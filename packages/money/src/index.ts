/**
 * Exact amounts. An amount is a bigint of minor units (cents), so sums are exact at any size. In JSON and in numeric
 * columns it is a decimal string with two places. Floating point is never used.
 */

export type { Allocation, Debt } from './allocate.ts';
export { allocate } from './allocate.ts';
export type { Money } from './money.ts';
export { AMOUNT_MAX, formatMoney, MoneyError, parseMoney } from './money.ts';
