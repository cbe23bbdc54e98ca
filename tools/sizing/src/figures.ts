/** The cost of each call, as measured by `npm run bench`. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** The processes whose CPU a call uses, including the processing of its events. */
export const PARTS = ['gateway', 'customers', 'loans', 'payments', 'postgres', 'kafka'] as const;
export type Part = (typeof PARTS)[number];

/** The calls of customers, and the benchmark scenario that measures each. */
const CALLS = { registration: 'customer', loan: 'loan', payment: 'payment-1', read: 'balance-1' } as const;
export type Call = keyof typeof CALLS;
export const callNames = Object.keys(CALLS) as Call[];

/** CPU time of each part for one call, in µs. */
export type Figures = Readonly<Record<Call, Readonly<Record<Part, number>>>>;

/** At lower loads most of the CPU time is wake-up cost. */
const LOAD = '64';

const measured = z.object({ name: z.string(), load: z.string() });
const results = z.object({
  rows: z.array(
    z.discriminatedUnion('adds_up', [
      measured.extend({ adds_up: z.literal(true), cpu_us_per_request: z.record(z.string(), z.number()) }),
      measured.extend({ adds_up: z.literal(false), faults: z.array(z.string()) }),
    ]),
  ),
});

function parse(file: string): z.infer<typeof results> {
  try {
    return results.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    const only = Object.values(CALLS).join(',');
    throw new Error(`${file} holds no figures (${reason}): npm run bench -- --only ${only} writes them`, {
      cause: error,
    });
  }
}

/** @throws Error that names the file and the missing figures */
export function readFigures(file: string): Figures {
  const { rows } = parse(file);
  const of = (call: Call) => {
    const name = CALLS[call];
    const row = rows.find((each) => each.name === name && each.load === LOAD);
    if (row === undefined)
      throw new Error(`${file} holds no ${name} at ${LOAD} connections: npm run bench -- --only ${name}`);
    if (!row.adds_up)
      throw new Error(`${file} holds no figures of ${name} (${row.faults[0]}): npm run bench -- --only ${name}`);
    const cpu = row.cpu_us_per_request;
    return Object.fromEntries(PARTS.map((part) => [part, cpu[part] ?? 0])) as Record<Part, number>;
  };
  return { registration: of('registration'), loan: of('loan'), payment: of('payment'), read: of('read') };
}
