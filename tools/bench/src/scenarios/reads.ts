/** Read scenarios, and the bare route as a control of balance reads. */
import type { Stack } from '@mo/dev-stack';
import type { Level, Target } from '@mo/load';
import { SMALL } from '../load/amounts.ts';
import type { Outcome } from '../load/outcome.ts';
import type { Member, Verified } from '../measure/member.ts';
import { pidsOf } from '../measure/processes.ts';
import { FAR_PAGE, PAGE_LOANS } from '../plan.ts';
import { isChosen, type Run } from '../run.ts';
import { seedLoans } from '../seeds/loans.ts';
import { targetOf } from '../stack.ts';

const TIMEOUT_MS = 30_000;
const PAGES = ['page-1-of-few', 'page-100-of-few', 'page-1-of-many', 'page-100-of-many'] as const;

/** The customers that the scenarios need, by name. */
export function readCustomers(run: Run): Record<string, number> {
  const balances = run.plan.balances.filter(({ name }) => isChosen(run, name)).map(({ name }) => name);
  const pages = (['few', 'many'] as const)
    .filter((size) => pagesOf(run, size).length > 0)
    .map((size) => `page-${size}`);
  return Object.fromEntries([...balances, ...pages].map((name) => [name, 1]));
}

/** Builds the selected members, and seeds the loans behind their reads. */
export async function readMembers(run: Run, ids: ReadonlyMap<string, readonly number[]>): Promise<Member[]> {
  const idOf = (name: string) => ids.get(name)?.[0] ?? 0;
  const members: Member[] = [];
  for (const { name, loans } of run.plan.balances.filter((balance) => isChosen(run, balance.name))) {
    await seedLoans(run, [idOf(name)], loans, SMALL);
    members.push(balanceMember(run, name, idOf(name), loans));
  }
  if (members.length > 0)
    for (const name of Object.keys(BARE_NOTES) as (keyof typeof BARE_NOTES)[]) members.push(bareMember(run, name));
  for (const size of ['few', 'many'] as const) {
    const names = pagesOf(run, size);
    if (names.length === 0) continue;
    await seedLoans(run, [idOf(`page-${size}`)], run.plan[size], SMALL);
    for (const name of names) members.push(pageMember(run, name, idOf(`page-${size}`), run.plan[size]));
  }
  return members;
}

const pagesOf = (run: Run, size: 'few' | 'many'): string[] =>
  PAGES.filter((name) => name.endsWith(`-of-${size}`) && isChosen(run, name));

/** A member that reads one path, and checks the answer before and after. */
class ReadMember implements Member {
  readonly name: string;
  readonly isControl: boolean;
  readonly note: string;
  readonly canBeOpen = true;
  readonly settling = null;
  readonly #run: Run;
  readonly #stack: Stack;
  readonly #target: Target;
  readonly #pathOf: () => Promise<string>;
  readonly #faultsOf: (path: string) => Promise<string[]>;
  readonly #rows: number;
  readonly #faults: string[] = [];
  #path: string | null = null;

  constructor(
    run: Run,
    parts: {
      readonly name: string;
      readonly note: string;
      readonly isControl?: boolean;
      readonly stack: Stack;
      readonly target: Target;
      readonly pathOf: () => Promise<string>;
      /** The number of rows behind its answer. */
      readonly rows: number;
      /** Differences between the path's current answer and the expected one. */
      readonly faultsOf: (path: string) => Promise<string[]>;
    },
  ) {
    this.name = parts.name;
    this.note = parts.note;
    this.isControl = parts.isControl ?? false;
    this.#run = run;
    this.#stack = parts.stack;
    this.#target = parts.target;
    this.#pathOf = parts.pathOf;
    this.#faultsOf = parts.faultsOf;
    this.#rows = parts.rows;
  }

  pids() {
    return pidsOf(this.#stack.stack());
  }

  async load(level: Level, durationMs: number): Promise<Outcome> {
    if (this.#path === null) {
      this.#path = await this.#pathOf();
      this.#faults.push(...(await this.#faultsOf(this.#path)));
    }
    const recipe = { kind: 'read', paths: [this.#path] } as const;
    const order = { target: this.#target, recipe, prefix: '', first: 0, level, durationMs, tellEvery: 0 };
    return this.#run.http.run(order);
  }

  async verify(): Promise<Verified> {
    const after = this.#path === null ? [] : await this.#faultsOf(this.#path);
    return { rows: this.#rows, faults: [...this.#faults, ...after] };
  }
}

function balanceMember(run: Run, name: string, customerId: number, loans: number): Member {
  const { stack } = run.under;
  const expected = { customer_id: customerId, total_debt: `${loans}.00` };
  return new ReadMember(run, {
    name,
    note: `${loans} active loans behind it`,
    stack,
    target: targetOf(stack.url, stack.apiKey),
    rows: 1,
    pathOf: async () => `/api/customers/${customerId}/balance`,
    faultsOf: async (path) => {
      const { customer_id, total_debt } = (await getJson(stack, path)) as typeof expected;
      const told = { customer_id, total_debt };
      return JSON.stringify(told) === JSON.stringify(expected)
        ? []
        : [`the balance is ${JSON.stringify(told)}, not ${JSON.stringify(expected)}`];
    },
  });
}

interface Page {
  readonly results: readonly { readonly id: number; readonly customer_id: number }[];
  readonly next_cursor: string | null;
}

function pageMember(run: Run, name: string, customerId: number, loans: number): Member {
  const { stack } = run.under;
  const page = name.startsWith('page-1-') ? 1 : FAR_PAGE;
  const first = `/api/customers/${customerId}/loans?limit=${PAGE_LOANS}`;
  return new ReadMember(run, {
    name,
    note: `page ${page}, ${PAGE_LOANS} loans each, of ${loans} loans of one customer, inserted by SQL with their journal and outbox rows`,
    stack,
    target: targetOf(stack.url, stack.apiKey),
    rows: PAGE_LOANS,
    pathOf: async () => {
      let path = first;
      for (let at = 1; at < page; at += 1) {
        const { next_cursor: cursor } = (await getJson(stack, path)) as Page;
        if (cursor === null) throw new Error(`there is no page ${at + 1} of the loans of customer ${customerId}`);
        path = `${first}&cursor=${encodeURIComponent(cursor)}`;
      }
      return path;
    },
    faultsOf: async (path) => {
      const { results } = (await getJson(stack, path)) as Page;
      const rows = await run.databases.query<{ id: string }>(
        'loans',
        'SELECT id FROM loans WHERE customer_id = $1 ORDER BY id DESC OFFSET $2 LIMIT $3',
        [customerId, (page - 1) * PAGE_LOANS, PAGE_LOANS],
      );
      const [told, there] = [results.map(({ id }) => id).join(), rows.map(({ id }) => id).join()];
      return told === there && results.length === PAGE_LOANS ? [] : [`the page holds ${told}, not ${there}`];
    },
  });
}

const BARE_NOTES = {
  'bare-by-gateway': "a constant of a balance's size, from a route that does nothing",
  'bare-direct': 'the same without a gateway',
  'bare-read-by-gateway': 'a balance from a route that does nothing except read it like the service',
} as const;

function bareMember(run: Run, name: keyof typeof BARE_NOTES): Member {
  const { bare } = run.under;
  const url = name === 'bare-direct' ? bare.stack().customers.url : bare.url;
  const reads = name === 'bare-read-by-gateway';
  return new ReadMember(run, {
    name,
    note: BARE_NOTES[name],
    isControl: true,
    stack: bare,
    target: targetOf(url, bare.apiKey),
    rows: 1,
    pathOf: async () => (reads ? '/api/customers/1' : '/api/customers/1/balance'),
    faultsOf: async (path) => {
      const { total_debt } = (await getJson({ url, apiKey: bare.apiKey }, path)) as { total_debt?: string };
      const expected = reads ? await run.skeleton.debtOf(1) : '1000000.00';
      return total_debt === expected ? [] : [`the bare route answers ${total_debt}, not ${expected}`];
    },
  });
}

async function getJson({ url, apiKey }: Pick<Stack, 'url' | 'apiKey'>, path: string): Promise<unknown> {
  const response = await fetch(`${url}${path}`, {
    headers: { 'x-api-key': apiKey },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status !== 200) throw new Error(`${path} answers ${response.status}: ${await response.text()}`);
  return response.json();
}
