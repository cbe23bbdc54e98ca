/** The amounts of loans and payments, as decimal strings. */
export const CENT = '0.01';
export const SMALL = '1.00';
/** A loan that payments of one cent never pay off. */
export const HUGE = '9000000.00';

export const centsOf = (amount: string): number => Math.round(100 * Number(amount));
export const textOf = (cents: number): string => (cents / 100).toFixed(2);
