/**
 * Creates many customers from an uploaded file. The file is read as it arrives: the next chunk of lines is read only
 * after the previous one was committed, so that memory stays bounded and no transaction is open while the caller sends.
 *
 * A line that is invalid or whose external_id is taken is reported, and the other lines are created. An upload that is
 * interrupted has created the chunks before the interruption. An atomic upload is staged instead, and at its end is
 * moved in by one transaction, or not at all.
 */
import type { BulkSummary } from '@mo/contracts';
import { type Database, databaseProblem, inTransaction, type Sql } from '@mo/database';
import { type Clock, StoreConflictError, unavailable } from '@mo/service-kit';
import { type GoodLine, takenLine } from '../bulk/check-line.ts';
import { type Chunk, chunksOf } from '../bulk/chunks.ts';
import type { Upload } from '../bulk/formats.ts';
import { ATTEMPTS_MAX, MOVE_LOST_MS, MOVE_MS_MAX, MOVE_WAIT_MS_MAX } from '../bulk/limits.ts';
import { inTurn, type Semaphore } from '../bulk/semaphore.ts';
import { Tally } from '../bulk/tally.ts';
import { beginStaging, discard, holdStaging, moveIn, stage, takenLines, touch } from '../db/staging-table.ts';
import { type Attempt, beginAttempt } from '../db/uploads-table.ts';
import { type ChunkContext, type RegisteredChunk, registerChunk } from './register-chunk.ts';

/** The outcomes of a line: created by this attempt of the upload, by an earlier one, or by none. */
export const LINE_OUTCOMES = ['created', 'repeated', 'failed'] as const;
export type LineCounts = Readonly<Record<(typeof LINE_OUTCOMES)[number], number>>;

/** The dependencies of uploads. */
export interface BulkParts {
  readonly database: Database;
  readonly clock: Clock;
  /** Runs the transactions of all uploads, with limited concurrency. */
  readonly transactions: Semaphore;
  /** Admits one move at a time, because a move may occupy a place in `transactions` for minutes; other places stay free. */
  readonly moves: Semaphore;
  /** How often a staging is touched until it has moved in, so that it doesn't count as abandoned. */
  readonly touchIntervalMs: number;
  /** Called after a commit that may have written events. */
  readonly onWritten: () => void;
  /** Called with the outcome of lines as soon as it is final: for each chunk, or once for an atomic upload. */
  readonly onOutcome: (lines: LineCounts) => void;
}

export interface BulkRequest {
  readonly upload: Upload;
  readonly isAtomic: boolean;
  /** The idempotency key of the upload; null if it has none. */
  readonly keyId: Buffer | null;
  readonly traceparent: string | null;
  /** Whether the caller has disconnected. */
  readonly isGone: () => boolean;
}

/**
 * Executes an upload.
 *
 * @returns the outcome of its lines
 * @throws ProblemError if the upload can't be read to its end or can't be written; earlier commits remain
 */
export async function createInBulk(parts: BulkParts, request: BulkRequest): Promise<BulkSummary> {
  const { keyId, isAtomic } = request;
  const begin = (key: Buffer) => transaction(parts, (sql) => beginAttempt(sql, key, parts.clock.now()));
  const attempt = keyId === null ? null : await begin(keyId);
  const tally = new Tally();
  await (isAtomic ? createAll(parts, request, attempt, tally) : createChunks(parts, request, attempt, tally));
  return tally.summary(isAtomic);
}

/** Commits each chunk separately. */
async function createChunks(parts: BulkParts, request: BulkRequest, attempt: Attempt | null, tally: Tally) {
  const register = async (good: readonly GoodLine[]): Promise<RegisteredChunk> => {
    if (good.length === 0) return { lines: new Set(), repeated: 0 };
    const made = await transaction(parts, (sql) => registerChunk(sql, good, contextOf(parts, request, attempt)));
    parts.onWritten();
    return made;
  };
  for await (const { good, failed, errors } of chunksFor(request)) {
    const { lines, repeated } = await register(good);
    const taken = good.filter(({ line }) => !lines.has(line));
    const takenErrors = taken.map(({ line, customer }) => takenLine(line, customer.external_id));
    tally.receive(good.length + failed);
    tally.fail([...errors, ...takenErrors], failed + taken.length);
    parts.onOutcome({ created: lines.size - repeated, repeated, failed: failed + taken.length });
  }
}

/** Creates all customers or none. */
async function createAll(parts: BulkParts, request: BulkRequest, attempt: Attempt | null, tally: Tally) {
  const { database, touchIntervalMs } = parts;
  const stagingId = await transaction(parts, beginStaging);
  // A failed touch doesn't matter, because the next one follows; during the move, the row lock protects the staging.
  const touching = setInterval(() => void touch(database, stagingId).catch(() => {}), touchIntervalMs);
  try {
    let staged = 0;
    for await (const { good, failed, errors } of chunksFor(request)) {
      if (good.length > 0) await transaction(parts, (sql) => stage(sql, stagingId, good));
      staged += good.length;
      tally.receive(good.length + failed);
      tally.fail(errors, failed);
    }
    const moveUnlessTaken = async (sql: Sql, msMax: number) => {
      await holdStaging(sql, stagingId, staged, msMax);
      const found = await takenLines(sql, stagingId, attempt);
      const isSound = found.total === 0 && tally.failed === 0;
      const moved = isSound ? await moveIn(sql, stagingId, contextOf(parts, request, attempt)) : 0;
      return { ...found, moved };
    };
    const sinceMs = parts.clock.elapsed();
    const move = () =>
      repeated(parts, () => {
        const msMax = moveMsMax(request, parts.clock.elapsed() - sinceMs);
        return inTransaction(database, (sql) => moveUnlessTaken(sql, msMax), { silenceMsMax: msMax + MOVE_LOST_MS });
      });
    const taken = await inTurn(parts.moves, move);
    parts.onWritten();
    tally.fail(
      taken.lines.map(({ line, externalId }) => takenLine(line, externalId)),
      taken.total,
    );
    const { created, failed } = tally.summary(true);
    parts.onOutcome({ created: taken.moved, repeated: created - taken.moved, failed });
  } finally {
    clearInterval(touching);
    // Periodic cleanup removes what remains; a failure here doesn't change the outcome of the upload.
    await discard(database, stagingId).catch(() => {});
  }
}

/** How long a move may take that begins now. @throws ProblemError unavailable, if nobody would get its answer */
function moveMsMax(request: BulkRequest, waitedMs: number): number {
  refuseIfGone(request);
  if (waitedMs > MOVE_WAIT_MS_MAX) throw unavailable('other writes have held up this upload for too long');
  return Math.ceil(MOVE_MS_MAX - waitedMs);
}

/** The chunks of an upload. @throws ProblemError unavailable, once nobody would get its answer */
async function* chunksFor(request: BulkRequest): AsyncGenerator<Chunk> {
  for await (const chunk of chunksOf(request.upload)) {
    refuseIfGone(request);
    yield chunk;
  }
}

function refuseIfGone({ isGone }: BulkRequest): void {
  if (isGone()) throw unavailable('the caller has disconnected');
}

function contextOf({ clock }: BulkParts, { traceparent }: BulkRequest, attempt: Attempt | null): ChunkContext {
  return { nowMs: clock.now(), traceparent, attempt };
}

function transaction<T>(parts: BulkParts, work: (sql: Sql) => Promise<T>): Promise<T> {
  return repeated(parts, () => inTransaction(parts.database, work));
}

/** Runs a transaction in its turn, and again after conflicts with other transactions. */
async function repeated<T>({ transactions }: BulkParts, run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await inTurn(transactions, run);
    } catch (error) {
      if (!(error instanceof StoreConflictError)) throw error;
      if (attempt === ATTEMPTS_MAX)
        throw databaseProblem(error) ?? unavailable('too many concurrent writes of the same data', error);
    }
  }
}
