/** The rules for answers that are stored under an Idempotency-Key. */
import { type Answer, keyReused, type RequestKey } from '@mo/service-kit';
import type { StoredAnswer } from './command.ts';

/** Answers with 2xx, 409, or 422 from a business rule are stored together with their effect. */
export function isStored(status: number): boolean {
  return status < 300 || status === 409 || status === 422;
}

/**
 * A stored answer as it is given again for its key.
 *
 * @throws ProblemError idempotency_key_reused, if the request has another body than the first one
 */
export function replayOf(stored: StoredAnswer, { fingerprint }: RequestKey): Answer {
  if (!stored.key.fingerprint.equals(fingerprint)) throw keyReused();
  return { ...stored.answer, headers: { ...stored.answer.headers, 'idempotency-replayed': 'true' } };
}
