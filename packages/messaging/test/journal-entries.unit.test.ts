/** The order that the events of a journal must have. */
import type { SeenVersions } from '@mo/contracts';
import { type JournalEntry, journalFaults } from '../src/audit/journal-entries.ts';
import { inTurns } from '../src/audit/turns.ts';
import { eventOf } from './ledger.ts';

const FIRST = '2026-01-01T00:00:00.000Z';
const LATER = '2026-01-02T00:00:00.000Z';

const entryOf = (version: number, time: string, seen: SeenVersions = {}): JournalEntry => {
  return { version, event: { ...eventOf('loans', 1, version), time, seen }, fault: null };
};
const unreadable = (version: number): JournalEntry => ({ version, event: null, fault: 'it is unreadable' });
const faultsOf = (...entries: JournalEntry[]) => inTurns(journalFaults('loans', 1, entries));

it('a journal whose times and seen versions never go back has no faults', async () => {
  const seen = { customers: 1, payments: 2 };
  expect(await faultsOf(entryOf(1, FIRST), entryOf(2, FIRST, seen), entryOf(3, LATER, seen))).toEqual([]);
});

it('an event is not before the previous one', async () => {
  const text = `its time ${FIRST} is before that of the previous event`;
  expect(await faultsOf(entryOf(1, LATER), entryOf(2, FIRST))).toEqual([{ version: 2, text }]);
  const unread = { version: 2, text: 'it is unreadable' };
  expect(await faultsOf(entryOf(1, LATER), unreadable(2), entryOf(3, FIRST))).toEqual([unread, { version: 3, text }]);
});

it.each([
  ['less', { customers: 1, payments: 1 }],
  ['nothing', { customers: 1 }],
])('an event has not seen less of a stream than the previous one: %s', async (_what, seen) => {
  const before = { customers: 1, payments: 2 };
  expect(await faultsOf(entryOf(1, FIRST, before), entryOf(2, FIRST, seen))).toEqual([
    { version: 2, text: 'it has seen less of payments than the previous event' },
  ]);
});
