/** Which replica a call goes to, by what else came in the same turn of the event loop. */
import { Addresses, createLogger } from '@mo/service-kit';
import { ReplicaSet } from '../src/forward/replica-set.ts';
import { patientLimits, type Stub, startStub, stopAll, until } from './support.ts';

const TOGETHER_MAX = 4;
const limits = { ...patientLimits, callsTogetherMax: TOGETHER_MAX, callsAtOnceMax: 6 };

let sets: ReplicaSet[] = [];
afterEach(async () => {
  await Promise.all(sets.map((set) => set.close()));
  sets = [];
  await stopAll();
});

/** Replicas that are ready, and what gives each of so many calls a place; answers with the numbers of their replicas. */
async function replicasUnderTest(count: number) {
  const stubs: Stub[] = [];
  while (stubs.length < count) stubs.push(await startStub());
  const origins = stubs.map(({ origin }) => origin);
  const way = { service: 'loans' as const, identity: null, limits };
  const set = new ReplicaSet(way, new Addresses(origins), createLogger('test', 'silent'), () => {});
  sets.push(set);
  await set.start();
  await until(() => set.ready === count, 'all are ready');
  const give = (calls: number): (number | null)[] =>
    Array.from({ length: calls }, () => {
      const replica = set.pick('calls');
      if (replica === null) return null;
      replica.busy.calls += 1;
      return set.replicas.indexOf(replica);
    });
  return { set, give };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));
const other = (place: number | null | undefined) => (place === 0 ? 1 : 0);

it('calls of one turn go to one replica, and those of the next to the one with fewer', async () => {
  const { give } = await replicasUnderTest(2);
  const [first, ...others] = give(3);
  expect(others).toEqual([first, first]);
  await turn();
  expect(give(2)).toEqual([other(first), other(first)]);
  await turn();
  // It has two under way, the first has three.
  expect(give(1)).toEqual([other(first)]);
});

it('many calls of one turn are spread in equal shares', async () => {
  const { give } = await replicasUnderTest(2);
  const given = give(3 * TOGETHER_MAX);
  const [first] = given;
  const shares = [first, other(first)].map((place) => given.filter((one) => one === place).length);
  expect(given.slice(0, TOGETHER_MAX)).toEqual(Array(TOGETHER_MAX).fill(first));
  expect(given.slice(TOGETHER_MAX, 2 * TOGETHER_MAX)).toEqual(Array(TOGETHER_MAX).fill(other(first)));
  // No more than a replica has room for.
  expect(shares).toEqual([limits.callsAtOnceMax, limits.callsAtOnceMax]);
});

it("a call goes elsewhere once its turn's replica is unreachable", async () => {
  const { set, give } = await replicasUnderTest(2);
  const [first] = give(1);
  set.replicas[first as number]?.leaveOut('refused');
  expect(give(2)).toEqual([other(first), other(first)]);
});

it("a check for room does not choose the turn's replica", async () => {
  const { set, give } = await replicasUnderTest(2);
  const given: (number | null | undefined)[] = [];
  for (let call = 0; call < 4; call += 1) {
    expect(set.hasRoom).toBe(true);
    await turn();
    given.push(give(1)[0]);
    for (const { busy } of set.replicas) busy.calls = 0;
    await turn();
  }
  const [first] = given;
  expect(given).toEqual([first, other(first), first, other(first)]);
});

it('there is room while one of the readiest replicas has some', async () => {
  const { set } = await replicasUnderTest(2);
  const [one, another] = set.replicas;
  const looks = [one, another].map((replica) => {
    if (replica !== undefined) replica.busy.calls = limits.callsAtOnceMax;
    return set.hasRoom;
  });
  expect(looks).toEqual([true, false]);
});

it('uploads go to the replica with the fewest uploads, whatever its calls', async () => {
  const { set, give } = await replicasUnderTest(2);
  give(2);
  const uploads = Array.from({ length: 2 }, () => {
    const replica = set.pick('uploads');
    if (replica !== null) replica.busy.uploads += 1;
    return replica;
  });
  expect(new Set(uploads).size).toBe(2);
});
