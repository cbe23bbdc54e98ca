/**
 * Sends the rows: up to `concurrency` lanes concurrently, the rows of a lane one after the other. The idempotency key
 * is derived from the data set and the row, so a repeated replay gets the answers of the first one instead of a second
 * effect. The gateway keeps keys for 24 hours. After that, an existing row gets a 409, but a refused loan is decided
 * again.
 */
import { createHash } from 'node:crypto';
import { canonicalJson, type Problem, problem } from '@mo/contracts';
import type { Answer, GatewayClient } from './client.ts';
import type { Lane } from './lanes.ts';
import type { Verdict } from './oracle.ts';
import type { Row } from './read-rows.ts';

/** How the gateway answered a row. */
export interface Outcome {
  readonly row: Row;
  readonly verdict: Verdict;
  /** Whether the answer is known to come from an earlier replay. */
  readonly isFromEarlier: boolean;
  /** The gateway's explanation of a refusal. */
  readonly detail: string | null;
}

export interface DriveOptions {
  readonly dataSet: string;
  readonly concurrency: number;
  readonly onOutcome: (outcome: Outcome) => void;
}

/**
 * Sends every row and reports each outcome.
 *
 * @throws CommandError if the gateway does not answer or refuses the API key; requests in progress are aborted
 */
export async function drive(lanes: readonly Lane[], client: GatewayClient, options: DriveOptions): Promise<void> {
  const stop = new AbortController();
  const waiting = lanes.values();
  const worker = async () => {
    for (const lane of waiting) {
      for (const row of lane) {
        stop.signal.throwIfAborted();
        const answer = await client.post(`/api/${row.resource}`, row.body, keyOf(options.dataSet, row), stop.signal);
        options.onOutcome(readOutcome(row, answer));
      }
    }
  };
  const workers = Array.from({ length: Math.min(options.concurrency, lanes.length) }, async () => {
    try {
      await worker();
    } catch (error) {
      stop.abort(error);
    }
  });
  await Promise.all(workers);
  // The reason is the first error: the other workers failed because of the abort.
  stop.signal.throwIfAborted();
}

/**
 * The idempotency key of a row: equal in every replay, different for another row, body or repetition of an external id.
 */
export function keyOf(dataSet: string, { resource, externalId, occurrence, body }: Row): string {
  const row = canonicalJson([dataSet, resource, externalId, occurrence, body]);
  return `replay-${createHash('sha256').update(row).digest('hex')}`;
}

function readOutcome(row: Row, { status, body, isReplayed, attempts }: Answer): Outcome {
  const isAccepted = status === 201;
  const refusal = isAccepted ? null : readProblem(body);
  return {
    row,
    verdict: isAccepted ? readAcceptance(row, body) : (refusal?.code ?? `status_${status}`),
    // A stored answer to the first attempt is that of an earlier replay.
    isFromEarlier: isAccepted && isReplayed && attempts === 1,
    detail: refusal?.detail ?? null,
  };
}

function readAcceptance({ resource }: Row, body: unknown): Verdict {
  if (resource !== 'payments') return 'accepted';
  const status = body !== null && typeof body === 'object' && 'status' in body ? body.status : undefined;
  return typeof status === 'string' ? status : 'no_status';
}

function readProblem(body: unknown): Problem | null {
  return problem.safeParse(body).data ?? null;
}
