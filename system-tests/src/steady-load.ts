/** Callers without retries, which record every failure that they see. */
import { setTimeout as delay } from 'node:timers/promises';
import { type CustomerBody, type Operation, type OperationId, operations } from '@mo/contracts';
import type { Api, ApiAnswer, ApiRequest } from './api.ts';
import { nameOf } from './world.ts';

const FAILURES_KEPT_MAX = 20;
/** The pause between a caller's calls, so that starting processes get their share of the machine. */
const PAUSE_MS = 10;

export class SteadyLoad {
  readonly #api: Pick<Api, 'call'>;
  readonly #isKeyed: boolean;
  readonly #clients: Promise<void>[];
  #isOver = false;
  /** Calls that were answered with a success status of their operation. */
  answered = 0;
  /** Any other answer, or none: every call is valid, so no caller should see these. */
  readonly failures: string[] = [];

  /** @param isKeyed whether writes carry an Idempotency-Key */
  constructor(api: Pick<Api, 'call'>, clients: number, isKeyed: boolean) {
    this.#api = api;
    this.#isKeyed = isKeyed;
    this.#clients = Array.from({ length: clients }, () => this.#live());
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#clients);
  }

  async #live(): Promise<void> {
    while (!this.#isOver) {
      const customer = await this.#write<CustomerBody>('createCustomer', { score: '1000' });
      if (customer === null) continue;
      const params = { customer_id: customer.body.id };
      const terms = { ...params, amount: '300', maximum_payment_date: '2030-01-01T00:00:00Z' };
      for (let round = 0; round < 3 && !this.#isOver; round += 1) {
        const loan = await this.#write('takeLoan', terms);
        await this.#call('getBalance', { params, token: loan?.token ?? null });
        const payment = await this.#write('makePayment', { ...params, total_amount: '120' });
        await this.#call('listCustomerLoans', { params, token: payment?.token ?? null });
      }
      const keyed = this.#isKeyed ? { key: nameOf('key') } : {};
      await this.#call('changeCustomer', { params, body: { score: '2000' }, ...keyed });
    }
  }

  #write<Body>(id: OperationId, body: object): Promise<ApiAnswer<Body> | null> {
    const external_id = nameOf('steady');
    return this.#call(id, { body: { external_id, ...body }, ...(this.#isKeyed ? { key: external_id } : {}) });
  }

  async #call<Body>(id: OperationId, request: ApiRequest): Promise<ApiAnswer<Body> | null> {
    await delay(PAUSE_MS);
    try {
      const answer = await this.#api.call<Body>(id, request);
      const { answers }: Operation = operations[id];
      if (Object.hasOwn(answers, answer.status)) {
        this.answered += 1;
        return answer;
      }
      this.#failed(`${id}: ${answer.status} ${answer.text}`);
    } catch (error) {
      this.#failed(`${id}: ${String(error)}`);
    }
    return null;
  }

  #failed(how: string): void {
    if (this.failures.length < FAILURES_KEPT_MAX) this.failures.push(how);
  }
}
