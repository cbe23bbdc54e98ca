/**
 * A stand-in for the gateway, in memory, with the rules that a replay needs. A test can make it drop connections,
 * refuse requests, or return wrong records.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { allocate, formatMoney, parseMoney } from '@mo/money';

type Body = Record<string, string>;
interface Reply {
  status: number;
  body: object | null;
  headers?: Record<string, string>;
}

/** What happens to a request instead of, or after, its effect. */
export type Fault = 'drop before' | 'drop after' | Reply | undefined;

interface Customer {
  id: number;
  score: bigint;
  status: string;
}
interface Loan extends Body {
  external_id: string;
  customer_external_id: string;
}

export const KEY = 'mo_stand-in';
const AT = '2026-01-01T00:00:00.000Z';
const STAMPS = { created_at: AT, updated_at: AT };

export class StandIn {
  /** Decides what happens to the nth request (from 1) with the same idempotency key. */
  fault: (request: { path: string; body: Body; times: number }) => Fault = () => undefined;
  /** Changes the records that are read. */
  lie: (item: Record<string, unknown>) => Record<string, unknown> = (item) => item;
  isReady = true;
  pageSize = 2;
  /** The external ids of all rows that took effect, in order. */
  readonly effects: string[] = [];
  /** No request is answered before this many have been in progress at the same time. */
  gather = 1;
  underWayMax = 0;

  readonly #server: Server = createServer((request, response) => void this.#serve(request, response));
  readonly #customers = new Map<string, Customer>();
  readonly #loans = new Map<string, Loan>();
  readonly #payments = new Map<string, Body>();
  readonly #answers = new Map<string, Reply>();
  readonly #times = new Map<string, number>();
  readonly #gathered = Promise.withResolvers<void>();
  #underWay = 0;

  async start(): Promise<{ url: string; key: string }> {
    // Otherwise a call after a pause, of the test or of the machine, could meet a connection that is just being closed.
    this.#server.keepAliveTimeout = 0;
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return { url: `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`, key: KEY };
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Acts as if 24 hours had passed. */
  expireKeys(): void {
    this.#answers.clear();
    this.#times.clear();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.underWayMax = Math.max(this.underWayMax, ++this.#underWay);
    if (this.underWayMax >= this.gather) this.#gathered.resolve();
    await this.#gathered.promise;
    try {
      const reply = await this.#answer(request, new URL(request.url ?? '/', 'http://stand-in'));
      if (reply === 'drop') request.socket.destroy();
      else
        response
          .writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers })
          .end(JSON.stringify(reply.body));
    } finally {
      this.#underWay--;
    }
  }

  async #answer(request: IncomingMessage, url: URL): Promise<Reply | 'drop'> {
    if (url.pathname === '/readyz') return { status: this.isReady ? 200 : 503, body: null };
    if (request.headers.authorization !== `Bearer ${KEY}`) return refuse(401, 'unauthenticated');
    if (request.method === 'GET') return this.#list(url);
    const key = String(request.headers['idempotency-key']);
    const body = JSON.parse(await text(request)) as Body;
    const times = (this.#times.get(key) ?? 0) + 1;
    this.#times.set(key, times);
    const fault = this.fault({ path: url.pathname, body, times });
    if (fault === 'drop before') return 'drop';
    if (typeof fault === 'object') return fault;
    const stored = this.#answers.get(key);
    if (stored !== undefined) return { ...stored, headers: { 'idempotency-replayed': 'true' } };
    const reply = this.#create(url.pathname, body);
    if (reply.status !== 400) this.#answers.set(key, reply);
    if (reply.status === 201) this.effects.push(body.external_id ?? '');
    return fault === 'drop after' ? 'drop' : reply;
  }

  #create(path: string, body: Body): Reply {
    try {
      if (path === '/api/customers') return this.#register(body);
      return path === '/api/loans' ? this.#lend(body) : this.#pay(body);
    } catch {
      return refuse(400, 'invalid_request');
    }
  }

  #register(body: Body): Reply {
    const { external_id = '', score = '', status = 'active' } = body;
    const customer = { id: this.#customers.size + 1, score: parseMoney(score), status };
    if (this.#customers.has(external_id)) return refuse(409, 'already_exists');
    this.#customers.set(external_id, customer);
    return { status: 201, body: { id: customer.id, external_id } };
  }

  #lend(body: Body): Reply {
    const { external_id = '', customer_external_id = '', status = 'active', taken_at = AT } = body;
    const amount = parseMoney(body.amount ?? '');
    if (this.#loans.has(external_id)) return refuse(409, 'already_exists');
    const customer = this.#customers.get(customer_external_id);
    if (customer === undefined) return refuse(422, 'customer_not_found');
    if (customer.status !== 'active') return refuse(422, 'customer_inactive');
    if (this.#debt(customer_external_id, ['active', 'pending']) + amount > customer.score)
      return refuse(422, 'credit_limit_exceeded');
    const money = formatMoney(amount);
    const loan: Loan = { external_id, customer_external_id, amount: money, outstanding: money, status, taken_at };
    this.#loans.set(external_id, loan);
    return { status: 201, body: loan };
  }

  #pay(body: Body): Reply {
    const { external_id = '', customer_external_id = '' } = body;
    const total = parseMoney(body.total_amount ?? '');
    if (this.#payments.has(external_id)) return refuse(409, 'already_exists');
    if (!this.#customers.has(customer_external_id)) return refuse(422, 'customer_not_found');
    const loans = this.#loansOf(customer_external_id, ['active']).sort((a, b) =>
      String(a.taken_at).localeCompare(String(b.taken_at)),
    );
    const parts = allocate(
      total,
      loans.map((loan) => ({ id: loan, outstanding: parseMoney(String(loan.outstanding)) })),
    );
    for (const { id: loan, amount } of parts ?? []) {
      loan.outstanding = formatMoney(parseMoney(String(loan.outstanding)) - amount);
      if (loan.outstanding === '0.00') loan.status = 'paid';
    }
    const status = parts === null ? 'rejected' : 'completed';
    const payment = { external_id, customer_external_id, total_amount: formatMoney(total), status };
    this.#payments.set(external_id, payment);
    return { status: 201, body: payment };
  }

  #loansOf(customer: string, statuses: string[]): Loan[] {
    return [...this.#loans.values()].filter(
      (loan) => loan.customer_external_id === customer && statuses.includes(String(loan.status)),
    );
  }

  #debt(customer: string, statuses: string[]): bigint {
    return this.#loansOf(customer, statuses).reduce((sum, loan) => sum + parseMoney(String(loan.outstanding)), 0n);
  }

  #list({ pathname, searchParams }: URL): Reply {
    const items = this.#items(pathname).reverse();
    const from = Number(searchParams.get('cursor') ?? 0);
    const to = from + this.pageSize;
    const results = items.slice(from, to).map(this.lie);
    return { status: 200, body: { results, next_cursor: to < items.length ? String(to) : null } };
  }

  #items(path: string): Record<string, unknown>[] {
    const idOf = (customer: unknown) => this.#customers.get(String(customer))?.id;
    if (path === '/api/customers/balance')
      return [...this.#customers].map(([external_id, { id, score }]) => {
        const debt = this.#debt(external_id, ['active', 'pending']);
        const members = { score, total_debt: debt, available_amount: score > debt ? score - debt : 0n };
        const texts = Object.entries(members).map(([name, value]) => [name, formatMoney(value)]);
        return { customer_id: id, external_id, ...Object.fromEntries(texts) };
      });
    if (path === '/api/loans')
      return [...this.#loans.values()].map((loan, at) => {
        const own = { id: at + 1, customer_id: idOf(loan.customer_external_id), contract_version: null };
        return { ...own, ...loan, maximum_payment_date: AT, taken_at: AT, ...STAMPS };
      });
    return [...this.#payments.values()].map((payment, at) => {
      const own = { id: at + 1, customer_id: idOf(payment.customer_external_id), paid_at: AT, details: [] };
      return { ...own, ...payment, rejection_reason: payment.status === 'rejected' ? 'exceeds_debt' : null, ...STAMPS };
    });
  }
}

/** A problem, as the gateway writes it. */
export function refuse(status: number, code: string, headers: Record<string, string> = {}): Reply {
  const members = { type: `urn:mo:problem:${code}`, title: code, detail: `Because of ${code}.`, instance: 'urn:x' };
  return { status, body: { ...members, status, code }, headers };
}
