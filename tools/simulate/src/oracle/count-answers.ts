/** Counts answers by kind, to show that every kind occurs. */
import type { Given, Request } from '../clients/requests.ts';
import type { Figures } from '../world/figures.ts';

export function countAnswer(figures: Figures, request: Request, given: Given | null): void {
  figures.requests += 1;
  if (given === null) {
    figures.answersLost += 1;
    return;
  }
  const { status, headers, body } = given.answer;
  const says = (text: string): boolean => body.includes(text);
  if (status < 300) figures.answers2xx += 1;
  if (status === 202) figures.answers202 += 1;
  if (status === 409) figures.answers409 += 1;
  if (status === 422) figures.answers422 += 1;
  if (status === 503) figures.answers503 += 1;
  if (status === 200 && request.kind === 'patch') figures.firmPatches += 1;
  if (status === 503 && says('the refusal could not be confirmed')) figures.busyAfterSixRounds += 1;
  if (status === 503 && says('version of this Consistency-Token does not exist')) figures.tokensFromBeyond += 1;
  if (headers?.['idempotency-replayed'] === 'true') {
    figures.replays += 1;
    return;
  }
  if (says('"customer_not_found"') || says('"not_found"')) figures.refusedUnknown += 1;
  if (says('"customer_inactive"')) figures.refusedInactive += 1;
  if (says('"credit_limit_exceeded"')) figures.refusedCredit += 1;
  if (status === 422 && request.kind === 'activate') figures.refusedActivations += 1;
  if (says('"exceeds_debt"')) figures.rejectedPayments += 1;
}
