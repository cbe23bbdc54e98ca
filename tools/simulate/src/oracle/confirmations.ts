/**
 * Checks that refusals use fresh data. A refusal based on followed streams requires that they were pulled for it, the
 * one that can relax last. A refusal based on amounts to which the service itself adds requires, too, that no
 * restricting version changed during that last pull. Whether a customer exists or is active only its owner can confirm.
 * A refusal that violates this may still be right by chance; this check finds it anyway.
 */
import type { Stream } from '@mo/contracts';
import type { Answer } from '@mo/service-kit';
import type { Request } from '../clients/requests.ts';
import { show } from './answers.ts';
import type { Ledger } from './commits.ts';
import type { Report } from './violation.ts';

/** The target of a pull: a customer by our id or by the caller's. */
interface Want {
  readonly customer_id?: number;
  readonly external_id?: string;
}

/** A pull that was answered. */
interface Pull {
  readonly stream: Stream;
  readonly want: Want;
  readonly sentStep: number;
  readonly receivedStep: number;
  /** Whether no restricting version changed while the pull was under way. */
  readonly isStill: boolean;
}

/** The pulls that a refusal requires, in order; none for a service that owns the data. */
const RESTS_ON: Readonly<Record<string, readonly Stream[]>> = {
  customer_not_found: ['customers'],
  customer_inactive: ['customers'],
  credit_limit_exceeded: ['customers', 'payments'],
  exceeds_debt: ['loans'],
};

/** Refusals that are based on amounts. */
const RESTS_ON_AMOUNTS = new Set(['credit_limit_exceeded', 'exceeds_debt']);

/** The pulls and refusals of one process. */
export class Confirmations {
  readonly #service: Stream;
  readonly #ledger: Ledger;
  readonly #report: Report;
  readonly #pulls: Pull[] = [];

  constructor(service: Stream, ledger: Ledger, report: Report) {
    this.#service = service;
    this.#ledger = ledger;
    this.#report = report;
  }

  /** Records that a pull is sent. @returns a callback for the arrival of its answer */
  sent(stream: Stream, wants: readonly Want[], sentStep: number): (receivedStep: number) => void {
    const before = wants.map((want) => this.#restrictions(stream, want));
    return (receivedStep) => {
      for (const [place, want] of wants.entries()) {
        const isStill = before[place] === this.#restrictions(stream, want);
        this.#pulls.push({ stream, want, sentStep, receivedStep, isStill });
      }
    };
  }

  /** Checks an answer of the process to a request that arrived at a step. */
  answered(request: Request, { status, headers, body }: Answer, arrivedStep: number): void {
    const isRefusal = status === 422 || (status === 201 && request.kind === 'pay');
    if (!isRefusal || this.#service === 'customers' || headers?.['idempotency-replayed'] === 'true') return;
    const { code, rejection_reason, customer_id } = JSON.parse(body) as Record<string, unknown>;
    const reason = String(code ?? rejection_reason);
    const streams = RESTS_ON[reason];
    if (streams === undefined) return;
    const mustBeStill = RESTS_ON_AMOUNTS.has(reason);
    const isSame = this.#sameAs(request, customer_id);
    let fromStep = arrivedStep;
    for (const [place, stream] of streams.entries()) {
      const isLast = place === streams.length - 1;
      const pull = this.#pulls.find(
        (candidate) =>
          candidate.stream === stream &&
          candidate.sentStep >= fromStep &&
          (candidate.isStill || !isLast || !mustBeStill) &&
          isSame(candidate.want),
      );
      if (pull === undefined) {
        this.#report(
          'refusals only on fresh data',
          `${show(request)} → ${body}: ${stream} was not pulled for it in time`,
        );
        return;
      }
      fromStep = pull.receivedStep;
    }
  }

  /**
   * The latest restricting versions other than those of the pulled stream: the service's own, and customers as loans
   * has it.
   */
  #restrictions(stream: Stream, want: Want): string {
    const id = this.#idOf(want);
    if (id === undefined) return '0.0';
    const own = this.#ledger.customers.get(id)?.restricted[this.#service] ?? 0;
    const isTold = this.#service === 'loans' && stream !== 'customers';
    return `${own}.${isTold ? this.#ledger.applied('loans', 'customers', id) : 0}`;
  }

  #idOf({ customer_id, external_id = '' }: Want): number | undefined {
    return customer_id ?? this.#ledger.byName.get(external_id)?.id;
  }

  /** Whether a pull is for the customer that a request names. */
  #sameAs(request: Request, customerId: unknown): (want: Want) => boolean {
    const { customer_id, customer_external_id: name } = 'names' in request ? request.names : {};
    const ofLoan = 'loanId' in request ? this.#ledger.customerOfLoan(request.loanId)?.id : undefined;
    const ids = new Set([customerId, customer_id, ofLoan, this.#ledger.byName.get(name ?? '')?.id]);
    ids.delete(undefined);
    return (want) => ids.has(this.#idOf(want)) || (name !== undefined && want.external_id === name);
  }
}
