import { type FloorLook, IDLE_INTERVAL_MS, OutboxFloor, RISE_INTERVAL_MS } from '../src/sql/outbox-floor.ts';

let nowMs: number;
let looks: [string | null, number][];
let found: Partial<FloorLook>;
let floor: OutboxFloor;
beforeEach(() => {
  nowMs = 0;
  looks = [];
  found = {};
  floor = new OutboxFloor(
    async (upTo, height) => {
      looks.push([upTo, height]);
      return { server: 'a', drawn: 0, xid: '0', areOver: upTo !== null, first: null, ...found };
    },
    { now: () => nowMs, elapsed: () => nowMs, sleep: async () => {} },
  );
});

async function later(then: Partial<FloorLook> = {}): Promise<number> {
  nowMs += RISE_INTERVAL_MS;
  found = then;
  return floor.rise();
}

it('rises to the noted id, and not to ids drawn since', async () => {
  floor.moves();
  expect(await later({ drawn: 10, xid: '700' })).toBe(0);
  expect(await later({ drawn: 25, xid: '705' })).toBe(10);
  expect(looks).toEqual([
    [null, 0],
    ['700', 0],
  ]);
});

it('stays until all transactions that may have drawn an id up to the noted one have ended', async () => {
  floor.moves();
  await later({ drawn: 10, xid: '700' });
  for (const drawn of [20, 30]) expect(await later({ drawn, xid: '710', areOver: false })).toBe(0);
  expect(await later({ drawn: 40, xid: '720' })).toBe(10);
});

it('starts from zero with another server, however many ids that one has drawn', async () => {
  floor.moves();
  await later({ drawn: 10, xid: '700' });
  expect([await later({ drawn: 10, xid: '701' }), floor.server]).toEqual([10, 'a']);
  floor.moves();
  expect([await later({ server: 'b', drawn: 50, xid: '702' }), floor.server]).toEqual([0, 'b']);
});

it('stays below the first existing entry', async () => {
  floor.moves();
  await later({ drawn: 10, xid: '700' });
  expect(await later({ drawn: 10, xid: '701', first: 4 })).toBe(3);
});

it('is checked at intervals, which are long while no entries arrive', async () => {
  await later();
  await floor.rise();
  expect(looks).toHaveLength(1);
  floor.moves();
  await later({ drawn: 10, xid: '700' });
  await floor.rise();
  expect(looks).toHaveLength(2);
  for (let idleMs = 0; idleMs < 3 * IDLE_INTERVAL_MS; idleMs += RISE_INTERVAL_MS)
    await later({ drawn: 10, xid: '701' });
  expect(looks).toHaveLength(5);
});

it('starts from zero if ids are drawn again', async () => {
  floor.moves();
  await later({ drawn: 10, xid: '700' });
  await later({ drawn: 10, xid: '701' });
  floor.moves();
  expect(await later({ drawn: 4, xid: '702' })).toBe(0);
  expect(await later({ drawn: 5, xid: '703' })).toBe(4);
});
