/** The scenarios in the order of their measurement. */
export const SCENARIOS = [
  'customer',
  'loan',
  'payment-1',
  'payment-10',
  'payment-100',
  'payment-across-10',
  'payment-one-customer',
  'balance-1',
  'balance-100',
  'balance-10000',
  'page-1-of-few',
  'page-100-of-few',
  'page-1-of-many',
  'page-100-of-many',
  'mixed',
  'lag',
  'scale',
  'bulk-small',
  'bulk-large',
] as const;
export type ScenarioName = (typeof SCENARIOS)[number];
