/** Webhooks from the API to the receiver, on a real broker and database. */
import type { CreatedWebhookBody, DeliveryBody, Problem, WebhookBody } from '@mo/contracts';
import { send, waitFor } from '@mo/messaging/testing';
import { Webhook } from 'standardwebhooks';
import { ADA, eventOf, idOf, Receiver, startUnderTest, type UnderTest } from './support.ts';

const BOB = 43;
type Page<T> = { results: T[]; next_cursor: string | null };

let under: UnderTest;
const receivers: Receiver[] = [];
beforeAll(async () => {
  under = await startUnderTest();
});
afterAll(async () => {
  await under?.stop();
  for (const receiver of receivers) await receiver.close();
});

/** Versions go on from test to test, for all share the topics. */
const last = new Map<string, number>();
const next = (...[stream, options = {}]: [Parameters<typeof eventOf>[0], Parameters<typeof eventOf>[2]?]) => {
  const key = `${stream} ${options.customerId ?? ADA}`;
  const version = (last.get(key) ?? 0) + 1;
  last.set(key, version);
  return eventOf(stream, version, options);
};

async function receiver(): Promise<Receiver> {
  const started = await Receiver.start();
  receivers.push(started);
  return started;
}

const post = <T>(path: string, body?: object) => send<T>(under.app, 'POST', `/api/webhooks${path}`, body);
const get = async <T>(path: string) => (await send<T>(under.app, 'GET', `/api/webhooks${path}`)).body;
async function subscribe(url: string, more: object = {}): Promise<CreatedWebhookBody> {
  const { status, body } = await post<CreatedWebhookBody>('', { url, ...more });
  expect(status).toBe(201);
  return body;
}
const deliveriesOf = async (id: number, query = '') =>
  (await get<Page<DeliveryBody>>(`/${id}/deliveries${query}`)).results;

describe('a message', () => {
  it('is signed, and contains the event', async () => {
    const to = await receiver();
    const { id, secret } = await subscribe(to.url, { event_types: ['LoanPaid'] });
    const event = next('loans', { seen: { customers: 1 } }); // after an event of a type that it does not subscribe to
    await under.publish(event, next('customers'));
    const message = await waitFor(() => to.received[0]);
    expect(message.id).toBe(idOf(event));
    expect(message.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'MO-Loans-Webhooks/test',
    });
    expect(new Webhook(secret).verify(message.body, message.headers as Record<string, string>)).toEqual({
      type: 'LoanPaid',
      timestamp: event.time,
      sequence: event.version,
      data: event.data,
    });
    await waitFor(async () => (await deliveriesOf(id))[0]?.status === 'delivered');
    expect(await deliveriesOf(id)).toEqual([
      expect.objectContaining({
        event_id: idOf(event),
        attempts: 1,
        last_status: 204,
        last_error: null,
        customer_id: ADA,
      }),
    ]);
    await post(`/${id}/remove`);
  });

  it('continues the trace of its event, if there is one', async () => {
    const to = await receiver();
    const { id } = await subscribe(to.url);
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await under.publish({ ...next('loans'), traceparent }, next('loans'));
    await waitFor(() => to.received[1]);
    expect(to.received.map(({ headers }) => headers.traceparent)).toEqual([traceparent, undefined]);
    await post(`/${id}/remove`);
  });

  it('comes after its cause, whichever topic was read first', async () => {
    const to = await receiver();
    const { id } = await subscribe(to.url);
    const cause = next('loans');
    const effect = next('payments', { seen: { loans: cause.version } });
    await under.publish(effect);
    await under.publish(cause);
    await waitFor(() => to.received.length === 2);
    expect(to.ids).toEqual([idOf(cause), idOf(effect)]);
    await post(`/${id}/remove`);
  });

  it('is retried until it is accepted, before later ones of its customer; other customers continue', async () => {
    const to = await receiver();
    const { id } = await subscribe(to.url);
    const [first, second] = [next('loans'), next('loans')];
    const other = next('loans', { customerId: BOB });
    let refusals = 0;
    to.answer = (message) => {
      if (message.id !== idOf(first) || refusals === 2) return 204;
      refusals += 1;
      return refusals === 1 ? 503 : 302;
    };
    await under.publish(first, second, other);
    await waitFor(() => to.received.length === 5);
    expect(to.ids.filter((each) => each !== idOf(other))).toEqual([first, first, first, second].map(idOf));
    await waitFor(async () => (await deliveriesOf(id, '?status=delivered')).length === 3);
    const [delivery] = await deliveriesOf(id, `?customer_id=${BOB}`);
    expect(delivery).toMatchObject({ attempts: 1, event_id: idOf(other) });
    expect((await deliveriesOf(id)).find(({ event_id }) => event_id === idOf(first))).toMatchObject({ attempts: 3 });
    await post(`/${id}/remove`);
  });

  it('contains fields of its event that this version does not know', async () => {
    const to = await receiver();
    const { id } = await subscribe(to.url);
    const event = next('loans');
    const data = { ...event.data, more: { of: 1 } };
    await under.publish({ ...event, data } as typeof event);
    const { body } = await waitFor(() => to.received[0]);
    expect(JSON.parse(body)).toMatchObject({ data });
    await post(`/${id}/remove`);
  });

  it('is sent once, whatever is changed on its webhook meanwhile', async () => {
    const to = await receiver();
    const { id } = await subscribe(to.url);
    const { promise, resolve } = Promise.withResolvers<number>();
    to.answer = () => promise;
    const events = [next('loans'), next('loans')];
    await under.publish(...events);
    await waitFor(() => to.received.length === 1);
    for (const change of [{ description: 'new' }, { status: 'active' }, { url: to.url }])
      await send(under.app, 'PATCH', `/api/webhooks/${id}`, change);
    const other = next('loans', { customerId: BOB });
    await under.publish(other);
    await waitFor(() => to.ids.includes(idOf(other)));
    resolve(204);
    await waitFor(async () => (await deliveriesOf(id, '?status=delivered')).length === 3);
    expect(to.ids.toSorted()).toEqual([...events, other].map(idOf).toSorted());
    expect((await deliveriesOf(id)).map(({ attempts }) => attempts)).toEqual([1, 1, 1]);
    await post(`/${id}/remove`);
  });

  it('reports why it was not accepted', async () => {
    const to = await receiver();
    const { id } = await subscribe(to.url);
    to.answer = () => 500;
    await under.publish(next('loans'));
    const waiting = await waitFor(async () =>
      (await deliveriesOf(id, '?status=pending')).find(({ attempts }) => attempts > 0),
    );
    expect(waiting).toMatchObject({ last_status: 500, last_error: 'it answered 500' });
    const { body: metrics } = await under.app.server.inject('/metrics');
    expect(metrics).toMatch(/^mo_webhook_pending\{service="webhooks"\} [1-9]/m);
    expect(metrics).toMatch(/^mo_webhook_overdue_seconds\{service="webhooks"\} \d/m);
    expect(metrics).toMatch(/^mo_webhook_attempts_total\{what="refused",service="webhooks"\} [1-9]/m);
    await to.close();
    await waitFor(async () => (await deliveriesOf(id))[0]?.last_error === 'ECONNREFUSED');
    expect((await deliveriesOf(id))[0]).toMatchObject({ last_status: null, status: 'pending' });
    await post(`/${id}/remove`);
    expect((await deliveriesOf(id))[0]).toMatchObject({ status: 'failed', last_error: 'the webhook was removed' });
  });
});

describe('a webhook', () => {
  it('gets no messages while it is disabled, and the pending ones afterwards', async () => {
    const [to, witness] = [await receiver(), await receiver()];
    const { id } = await subscribe(to.url);
    const { id: witnessId } = await subscribe(witness.url);
    to.answer = () => 503;
    const [waiting, missed, after] = [next('loans'), next('loans'), next('loans')];
    await under.publish(waiting);
    await waitFor(() => to.received.length > 0);
    await send(under.app, 'PATCH', `/api/webhooks/${id}`, { status: 'disabled' });
    await under.publish(missed);
    await waitFor(() => witness.ids.includes(idOf(missed)));
    to.answer = () => 204;
    const { body } = await send<WebhookBody>(under.app, 'PATCH', `/api/webhooks/${id}`, { status: 'active' });
    expect(body).toMatchObject({ status: 'active', disabled_reason: null });
    await under.publish(after);
    await waitFor(async () => (await deliveriesOf(id, '?status=delivered')).length === 2);
    expect([...new Set(to.ids)]).toEqual([idOf(waiting), idOf(after)]);
    for (const each of [id, witnessId]) await post(`/${each}/remove`);
  });

  it('is disabled by a receiver that answers 410', async () => {
    const to = await receiver();
    const { id } = await subscribe(to.url);
    to.answer = () => 410;
    await under.publish(next('loans'));
    await waitFor(async () => (await get<WebhookBody>(`/${id}`)).status === 'disabled');
    expect(await get<WebhookBody>(`/${id}`)).toMatchObject({ disabled_reason: 'its receiver answered 410' });
    await post(`/${id}/remove`);
  });

  it('also signs with its old secrets while one is replaced', async () => {
    const to = await receiver();
    const { id, secret: old } = await subscribe(to.url);
    const { status, body: lost } = await post<CreatedWebhookBody>(`/${id}/rotate-secret`, { overlap_seconds: 3600 });
    expect([status, lost.secret === old]).toEqual([200, false]);
    // Whoever did not hear of the new one asks again, and receivers still hold the first.
    const { body } = await post<CreatedWebhookBody>(`/${id}/rotate-secret`, { overlap_seconds: 60 });
    await under.publish(next('loans'));
    const { body: text, headers } = await waitFor(() => to.received[0]);
    for (const secret of [old, lost.secret, body.secret])
      expect(new Webhook(secret).verify(text, headers as Record<string, string>)).toMatchObject({ type: 'LoanPaid' });
    await post(`/${id}/rotate-secret`, { overlap_seconds: 0 });
    await under.publish(next('loans'));
    const later = await waitFor(() => to.received[1]);
    for (const secret of [old, lost.secret, body.secret])
      expect(() => new Webhook(secret).verify(later.body, later.headers as Record<string, string>)).toThrow();
    await post(`/${id}/remove`);
  });

  it('is shown, listed and changed', async () => {
    const { secret, ...made } = await subscribe('https://a.test', { description: 'a', event_types: ['LoanTaken'] });
    expect(secret).toMatch(/^whsec_/);
    expect(await get(`/${made.id}`)).toEqual(made);
    expect((await get<Page<WebhookBody>>('?limit=1')).results).toEqual([made]);
    const change = { url: 'https://example.com/b', event_types: ['LoanPaid', 'LoanTaken'] };
    const { body } = await send<WebhookBody>(under.app, 'PATCH', `/api/webhooks/${made.id}`, change);
    expect(body).toMatchObject({ ...made, ...change, updated_at: expect.any(String) });
    const inside = await send<Problem>(under.app, 'PATCH', `/api/webhooks/${made.id}`, { url: 'https://10.0.0.1/' });
    expect([inside.status, inside.body.errors?.[0]?.pointer]).toEqual([400, '/url']);
    expect((await post<WebhookBody>(`/${made.id}/remove`)).body.status).toBe('removed');
    const removed = { status: 404, body: { code: 'not_found', detail: `webhook ${made.id} was removed` } };
    expect(await send(under.app, 'PATCH', `/api/webhooks/${made.id}`, change)).toMatchObject(removed);
    expect(await post(`/${made.id}/rotate-secret`)).toMatchObject(removed);
    expect(await post(`/${made.id}/replay`, { delivery_ids: [1] })).toMatchObject(removed);
    expect((await get<Page<WebhookBody>>('?status=removed&limit=1')).results[0]?.id).toBe(made.id);
  });

  it.each([
    [{}, '/url', 'is required'],
    [{ url: 'https://10.0.0.1/' }, '/url', 'must not be an address of a private network'],
    [{ url: 'ftp://example.com' }, '/url', 'must be an https URL'],
    [{ url: 'https://example.com', event_types: [] }, '/event_types', undefined],
    [{ url: 'https://example.com', event_types: ['Nothing'] }, '/event_types/0', undefined],
    [{ url: 'https://example.com', event_types: ['LoanPaid', 'LoanPaid'] }, '/event_types', 'must name no type twice'],
    [{ url: 'https://example.com', more: 1 }, '/more', undefined],
  ])('is not created from %j', async (body, pointer, detail) => {
    const reply = await post<Problem>('', body);
    expect([reply.status, reply.body.code]).toEqual([400, 'invalid_request']);
    expect(reply.body.errors).toEqual([expect.objectContaining({ pointer, ...(detail && { detail }) })]);
  });

  it.each(['', '/deliveries'])('is not found under an unknown id%s', async (path) => {
    expect((await send(under.app, 'GET', `/api/webhooks/999999${path}`)).status).toBe(404);
  });
});

describe('a replay', () => {
  it('sends the named deliveries once more, and no others', async () => {
    const to = await receiver();
    const { id } = await subscribe(to.url);
    const events = [next('loans'), next('loans')];
    await under.publish(...events);
    await waitFor(async () => (await deliveriesOf(id, '?status=delivered')).length === 2);
    const [, first] = await deliveriesOf(id);
    const { status, body } = await post(`/${id}/replay`, { delivery_ids: [first?.id, 999_999] });
    expect([status, body]).toEqual([202, { deliveries: 1, next_from: null, missing_ids: [999_999] }]);
    await waitFor(() => to.received.length === 3);
    expect(to.ids[2]).toBe(first?.event_id);
    await post(`/${id}/remove`);
    expect((await post(`/${id}/replay`, { delivery_ids: [first?.id] })).status).toBe(404);
  });

  it('sends all events of a time span, in order, including those older than the webhook', async () => {
    const from = new Date().toISOString();
    const witness = await receiver();
    const { id: witnessId } = await subscribe(witness.url);
    const events = [next('loans'), next('payments'), next('loans')];
    await under.publish(...events);
    await waitFor(() => witness.received.length === 3);
    const to = await receiver();
    const { id } = await subscribe(to.url, { event_types: ['LoanPaid'] });
    expect((await post(`/${id}/replay`, { from })).body).toEqual({ deliveries: 2, next_from: null });
    await waitFor(() => to.received.length === 2);
    expect(to.ids).toEqual([events[0], events[2]].map((event) => idOf(event as (typeof events)[0])));
    expect((await post(`/${id}/replay`, { from, to: from })).body).toEqual({ deliveries: 0, next_from: null });
    for (const each of [id, witnessId]) await post(`/${each}/remove`);
  });

  it.each([
    [{}],
    [{ delivery_ids: [1], from: '2026-01-01T00:00:00Z' }],
    [{ delivery_ids: [] }],
    [{ to: '2026-01-01T00:00:00Z' }],
  ])('is refused for %j', async (body) => {
    const { id } = await subscribe('https://example.com');
    expect((await post<Problem>(`/${id}/replay`, body)).status).toBe(400);
    await post(`/${id}/remove`);
  });
});
