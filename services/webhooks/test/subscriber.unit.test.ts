import type { StreamEvent } from '@mo/contracts';
import { StoreRefusalError } from '@mo/service-kit';
import { messageOf, type Pushing, startPushing } from './pushing.ts';
import { eventOf, idOf } from './support.ts';

const [ADA, BOB] = [1, 2];

/** What a test ends with, whatever it found. */
const started: Pushing[] = [];
afterEach(() => Promise.all(started.splice(0).map(({ subscriber }) => subscriber.stop())));

async function start(take: (events: readonly StreamEvent[]) => Promise<void>) {
  const pushing = await startPushing(take);
  started.push(pushing);
  return { ...pushing, push: (...events: StreamEvent[]) => pushing.push(...events.map((event) => messageOf(event))) };
}

const of = (customerId: number, version: number): StreamEvent => eventOf('loans', version, { customerId });
const versionsOf = (customerId: number, last: number): StreamEvent[] =>
  Array.from({ length: last }, (_, place) => of(customerId, place + 1));

it('events of all partitions of a fetch are taken in together', async () => {
  const taken: string[][] = [];
  const { push } = await start(async (events) => void taken.push(events.map(idOf)));
  await Promise.all([push(of(ADA, 1), of(ADA, 2)), push(of(BOB, 1))]);
  expect(taken).toEqual([['loans-1-1', 'loans-1-2', 'loans-2-1']]);
});

it('events that cannot be taken in are retried, and delay no others', async () => {
  const taken: string[] = [];
  let isMended = false;
  const { push, unfit } = await start(async (events) => {
    if (!isMended && events.some(({ customer_id }) => customer_id === ADA)) throw new Error('not now');
    taken.push(...events.map(idOf));
  });
  const stuck = push(of(ADA, 1));
  await push(of(BOB, 1));
  await push(of(BOB, 2));
  expect(taken).toEqual(['loans-2-1', 'loans-2-2']);
  isMended = true;
  await stuck;
  expect([taken, unfit]).toEqual([['loans-2-1', 'loans-2-2', 'loans-1-1'], []]);
});

it('events that can never be stored are left out and counted, and all others are taken in', async () => {
  const all = versionsOf(ADA, 9);
  const refusals: Record<number, Error> = {
    3: new StoreRefusalError('unsupported Unicode escape sequence'),
    8: new RangeError('Maximum call stack size exceeded'),
  };
  const taken: string[] = [];
  const { push, unfit } = await start(async (events) => {
    const refused = events.find(({ version }) => version in refusals);
    if (refused !== undefined) throw refusals[refused.version];
    taken.push(...events.map(idOf));
  });
  await push(...all);
  expect(taken).toEqual(all.filter(({ version }) => !(version in refusals)).map(idOf));
  expect(unfit).toEqual(['loans', 'loans']);
});

it('a stopped subscriber retries no halves of a failed batch', async () => {
  const sizes: number[] = [];
  const { push, subscriber } = await start(async (events) => {
    sizes.push(events.length);
    if (sizes.length === 2) void subscriber.stop();
    throw new Error('the database cannot be reached');
  });
  await expect(push(...versionsOf(ADA, 8))).rejects.toThrow('the database cannot be reached');
  expect(sizes).toEqual([8, 4]);
});
