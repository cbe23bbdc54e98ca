import { callNames } from './figures.ts';
import { isServer, type Limit, type Need, type Plan, type Workload } from './plan.ts';

const digits = (value: number): string => value.toLocaleString('en', { maximumSignificantDigits: 2 });

const needLine = ({ part, cores, processes }: Need): string => {
  const kind = isServer(part) ? 'servers' : 'replicas';
  return `  ${part.padEnd(10)} ${digits(cores).padStart(8)} cores busy  ${digits(processes).padStart(6)} ${kind}`;
};

const limitLine = ({ what, customersADay, afterwards }: Limit): string =>
  `  ${digits(customersADay).padStart(16)}  ${what}\n${' '.repeat(20)}then ${afterwards}`;

/** The plan of one workload as text. */
export function planText({ customersADay }: Workload, { perSecond, needs }: Plan): string {
  const rates = callNames.map((call) => `${digits(perSecond[call])} ${call}s`).join(', ');
  return [
    `${digits(customersADay)} customers a day: in the busiest hour ${rates} a second`,
    ...needs.map(needLine),
  ].join('\n');
}

export const limitsText = ({ limits }: Plan): string =>
  ['Customers a day at which a limit is reached, the nearest first:', ...limits.map(limitLine)].join('\n');
