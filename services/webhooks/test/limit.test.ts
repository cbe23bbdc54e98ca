/** How many webhooks there may be, however many ask at once. */
import { send } from '@mo/messaging/testing';
import { WEBHOOKS_MAX } from '../src/webhooks/webhook-table.ts';
import { startUnderTest, type UnderTest } from './support.ts';

let under: UnderTest;
beforeAll(async () => {
  under = await startUnderTest();
});
afterAll(() => under?.stop());

const subscribe = () =>
  send<{ id: number; code?: string }>(under.app, 'POST', '/api/webhooks', { url: 'https://receiver.example/hook' });

it('a caller has at most the limit of webhooks, and may add one after removing one', async () => {
  const asked = await Promise.all(Array.from({ length: WEBHOOKS_MAX + 20 }, subscribe));
  const made = asked.filter(({ status }) => status === 201);
  const refused = asked.filter(({ status, body }) => status === 409 && body.code === 'too_many_webhooks');
  expect([made.length, refused.length]).toEqual([WEBHOOKS_MAX, 20]);
  await send(under.app, 'POST', `/api/webhooks/${made[0]?.body.id}/remove`);
  const again = await Promise.all([subscribe(), subscribe()]);
  expect(again.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([201, 409]);
});
