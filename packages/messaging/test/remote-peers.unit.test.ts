import { type PeerCall, RemotePeers } from '../src/index.ts';
import { eventOf, eventsOf } from './ledger.ts';

type Want = { customer_id: number; after: number };
type Page = { customer_id: number | null; head: number; events: unknown[] };

/** Peers whose owner answers each want with a page. */
function peersThatAnswer(page: (want: Want) => Page) {
  const requests: Want[][] = [];
  const call: PeerCall = async (_peer, _path, read, body) => {
    const { wants } = body as { wants: Want[] };
    requests.push(wants);
    return read({ pages: wants.map(page) });
  };
  return { peers: new RemotePeers(call), requests };
}

it('pulls that arrive together travel together, and each is answered with its own page', async () => {
  const { peers, requests } = peersThatAnswer(({ customer_id: id }) => ({
    customer_id: id,
    head: 9,
    events: eventsOf('payments', id, id),
  }));
  const ids = [1, 2, 3, 4, 5, 6, 7, 8];
  const pulled = await Promise.all(ids.map((customerId) => peers.pull('payments', { customerId }, 0)));
  expect(pulled.map(({ customerId, head, events }) => [customerId, head, events.length])).toEqual(
    ids.map((id) => [id, 9, id]),
  );
  expect(requests.length).toBeLessThan(ids.length);
});

it('a page ends before an event that can not be understood, which is told; others have theirs whole', async () => {
  const { peers } = peersThatAnswer(({ customer_id: id }) => ({
    customer_id: id,
    head: 2,
    events: [eventOf('payments', id, 1), id === 1 ? { nonsense: true } : eventOf('payments', id, 2)],
  }));
  const [one, other] = await Promise.all([1, 2].map((customerId) => peers.pull('payments', { customerId }, 0)));
  expect(one).toMatchObject({
    head: 2,
    events: eventsOf('payments', 1, 1),
    quarantined: { stream: 'payments', customerId: 1, version: 2 },
  });
  expect(other).toEqual({ customerId: 2, head: 2, events: eventsOf('payments', 2, 2) });
});

it('a settlement is done only where the peer says so', async () => {
  const settle = (call: () => unknown) =>
    new RemotePeers(async (_peer, _path, read) => read(await call())).settle('payments', 1, 'loans', 3);
  expect(await settle(() => ({ applied: true }))).toBe(true);
  expect(await settle(() => ({ applied: false }))).toBe(false);
  expect(await settle(() => ({ nonsense: true }))).toBe(false);
  expect(await settle(() => Promise.reject(new Error('away')))).toBe(false);
});
