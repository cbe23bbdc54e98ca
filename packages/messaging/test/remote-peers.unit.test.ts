import { type PeerCall, RefusedByPeerError, RemotePeers } from '../src/index.ts';
import { HEADS_PAGE_MAX, RECENT_HEADS_PAGE_MAX } from '../src/pull/wire.ts';
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

it('pulls that arrive together share a request, and each gets its own page', async () => {
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

it('a page ends before an event that cannot be parsed, and names it; other pages are complete', async () => {
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

it.each([[[3]], [[1, 8]], [[1, 2, 3, 4, 5, 6, 7, 8]]])('pulls of %j that the owner refuses fail alone', async (bad) => {
  const { peers, requests } = peersThatAnswer(({ customer_id: id }) => {
    if (bad.includes(id)) throw new RefusedByPeerError('answered 400');
    return { customer_id: id, head: 1, events: eventsOf('payments', id, 1) };
  });
  const ids = [1, 2, 3, 4, 5, 6, 7, 8];
  const pulled = await Promise.allSettled(ids.map((customerId) => peers.pull('payments', { customerId }, 0)));
  const found = pulled.map((outcome) =>
    outcome.status === 'fulfilled' ? outcome.value.customerId : (outcome.reason as Error).name,
  );
  expect(found).toEqual(ids.map((id) => (bad.includes(id) ? 'RefusedByPeerError' : id)));
  expect(requests[0]).toHaveLength(8);
});

it('a request that fails for another reason is not split', async () => {
  const { peers, requests } = peersThatAnswer(() => {
    throw new Error('unreachable');
  });
  const pulled = await Promise.allSettled([1, 2].map((customerId) => peers.pull('payments', { customerId }, 0)));
  expect([pulled.map(({ status }) => status), requests.length]).toEqual([['rejected', 'rejected'], 1]);
});

it('an id of more than 15 digits is unknown without a request', async () => {
  const { peers, requests } = peersThatAnswer(({ customer_id: id }) => ({ customer_id: id, head: 1, events: [] }));
  const nobody = { customerId: null, head: 0, events: [] };
  expect(await peers.pull('customers', { customerId: 1_000_000_000_000_000 }, 0)).toEqual(nobody);
  expect(requests).toEqual([]);
  expect(await peers.pull('customers', { customerId: 999_999_999_999_999 }, 0)).toMatchObject({ head: 1 });
});

it('a settlement succeeds only if the peer confirms it', async () => {
  const settle = (call: () => unknown) =>
    new RemotePeers(async (_peer, _path, read) => read(await call())).settle('payments', 1, 'loans', 3);
  expect(await settle(() => ({ applied: true }))).toBe(true);
  expect(await settle(() => ({ applied: false }))).toBe(false);
  expect(await settle(() => ({ nonsense: true }))).toBe(false);
  expect(await settle(() => Promise.reject(new Error('unreachable')))).toBe(false);
});

it.each<[string, number, { size?: number; is_last?: boolean }, boolean]>([
  ['the page says that it is the last', 0, { is_last: true }, true],
  ['the page says that it is not', 0, { is_last: false }, false],
  ['it says nothing, of all time, and is not full', 0, {}, true],
  ['it says nothing, of all time, and is full', 0, { size: HEADS_PAGE_MAX }, false],
  ['it says nothing, of a span, and is not full', 1, { size: HEADS_PAGE_MAX }, true],
  ['it says nothing, of a span, and is full', 1, { size: RECENT_HEADS_PAGE_MAX }, false],
])('heads: %s', async (_what, sinceMs, { size = 1, ...more }, isLast) => {
  const heads = Array.from({ length: size }, (_, place) => [place + 1, 1]);
  const paths: string[] = [];
  const peers = new RemotePeers(async (_peer, path, read) => {
    paths.push(path);
    return read({ heads, ...more });
  });
  expect(await peers.heads('loans', { sinceMs, untilMs: 2 }, 3)).toEqual({ heads, isLast });
  expect(paths).toEqual([`/internal/streams/loans/heads?since=${sinceMs}&until=2&after=3`]);
});

it.each([
  ['answers with times', [[1, 1, 1_790_000_000_000]]],
  ['is of an earlier version and answers without them', [[1, 1]]],
])('heads with times are read if the owner %s', async (_what, heads) => {
  const paths: string[] = [];
  const peers = new RemotePeers(async (_peer, path, read) => {
    paths.push(path);
    return read({ heads });
  });
  expect(await peers.heads('loans', { sinceMs: 0 }, 3, true)).toEqual({ heads, isLast: true });
  expect(paths).toEqual(['/internal/streams/loans/heads?since=0&after=3&times=true']);
});
