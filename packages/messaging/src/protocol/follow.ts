/**
 * Following, for one event and one account. Every event passes through here, whether Kafka pushed it or it was pulled
 * from its owner:
 *
 * - a version at or below the last one applied is a duplicate, and is skipped;
 * - a version more than one ahead is a gap: the account is *behind* on that stream;
 * - an event whose decision depended on an event not applied yet is early: the account is behind on both streams. Kafka
 *   doesn't order events across topics, so an effect can arrive before its cause.
 *
 * Streams on which an account is behind are pulled; it stays behind until it reaches the highest version seen.
 */
import type { SeenVersions, Stream, StreamEvent } from '@mo/contracts';
import type { Account } from './account.ts';

export type Following = 'apply' | 'duplicate' | 'gap' | 'early';

/** The outcome of an event: classified as above, or faulty if it was next in order but could not take effect. */
export type EventOutcome = Following | 'faulty';

/** Classifies an event, without changing anything. */
export function classify(own: Stream, account: Account, event: StreamEvent): Following {
  const applied = account.applied[event.stream] ?? 0;
  if (event.version <= applied) return 'duplicate';
  if (event.version > applied + 1) return 'gap';
  return missingCauses(own, account, event).length > 0 ? 'early' : 'apply';
}

/** The account with the event counted as applied. */
export function advance<A extends Account>(account: A, event: StreamEvent): A {
  const applied = { ...account.applied, [event.stream]: event.version };
  return { ...account, applied, behind: stillBehind(account.behind, applied) };
}

/** The account with the event, and its missing causes, recorded as existing but not applied. */
export function fallBehind<A extends Account>(own: Stream, account: A, event: StreamEvent): A {
  const known = [[event.stream, event.version] as const, ...missingCauses(own, account, event)];
  return known.reduce((after, [stream, version]) => awaitVersion(after, stream, version), account);
}

/** The account with a version of a stream recorded as existing but not applied. */
export function awaitVersion<A extends Account>(account: A, stream: Stream, version: number): A {
  if (version <= (account.behind[stream] ?? account.applied[stream] ?? 0)) return account;
  return { ...account, behind: { ...account.behind, [stream]: version } };
}

function missingCauses(own: Stream, account: Account, event: StreamEvent): (readonly [Stream, number])[] {
  const causes = Object.entries(event.seen) as [Stream, number][];
  return causes.filter(
    ([stream, version]) => stream !== own && stream in account.applied && version > (account.applied[stream] ?? 0),
  );
}

function stillBehind(behind: SeenVersions, applied: SeenVersions): SeenVersions {
  const entries = Object.entries(behind) as [Stream, number][];
  if (entries.length === 0) return behind;
  return Object.fromEntries(entries.filter(([stream, version]) => version > (applied[stream] ?? 0)));
}
