/** What is changed of a webhook while a process works on one of its lanes: the message after it is sent by the change. */
import type { WebhookChange } from '@mo/contracts';
import { type Database, inTransaction, run, sqlOf } from '@mo/database';
import { waitFor } from '@mo/messaging/testing';
import { systemClock } from '@mo/service-kit';
import { Webhook } from 'standardwebhooks';
import { Dispatcher, type DispatcherOptions, TURN_MS } from '../src/delivery/dispatcher.ts';
import { CLAIM_MS, Lanes } from '../src/delivery/lanes.ts';
import { ATTEMPTS_MIN } from '../src/delivery/schedule.ts';
import { Sender } from '../src/delivery/sender.ts';
import { Targets } from '../src/delivery/targets.ts';
import { WebhookTable } from '../src/webhooks/webhook-table.ts';
import { QUIET } from './quiet.ts';
import { createWebhook, eventOf, idOf, openEmpty, type Received, Receiver, THIS_MACHINE, takeIn } from './support.ts';

/** Of each test's customer, all in one turn. */
const EVENTS = 3;
const RENEWAL_MS = 20;
/** Longer than any test: what is sent again is not sent by and by. */
const PAUSE_MS = 3_600_000;

let database: Database;
let webhooks: WebhookTable;
let from: Receiver;
let to: Receiver;
let dispatcher: Dispatcher;
let turns: number;
let reads: number;
/** The customers of the claims of each renewal. */
let renewals: number[][];
let canRenew: boolean;
/** The dispatcher's clock, which only tests and reads of messages put forward. */
let nowMs: number;
/** How long the next claim takes. */
let claimMs: number;
const sender = new Sender(new Targets(THIS_MACHINE), 'test');
beforeAll(async () => {
  database = await openEmpty();
  webhooks = new WebhookTable(database);
});
beforeEach(async () => {
  [from, to] = [await Receiver.start(), await Receiver.start()];
  [turns, reads] = [0, 0];
  renewals = [];
  [canRenew, nowMs, claimMs] = [true, 0, 0];
});
afterEach(async () => {
  await dispatcher.stop();
  await from.close();
  await to.close();
});
afterAll(async () => {
  await sender.close();
  await database?.close();
});

let customerId = 0;
/** A webhook, and messages for it of which a process sends the first. */
async function begin(onFirst: (id: number, message: Received) => Promise<number>, more?: Partial<DispatcherOptions>) {
  const { id, secret } = await createWebhook(database, ['LoanPaid'], from.url);
  customerId += 1;
  const events = Array.from({ length: EVENTS }, (_, place) => eventOf('loans', place + 1, { customerId }));
  await takeIn(database, events);
  from.answer = (message) => (message.id === idOf(events[0] as (typeof events)[0]) ? onFirst(id, message) : 204);
  const lanes = new Lanes(database);
  dispatcher = new Dispatcher({
    ...QUIET,
    lanes: {
      claim: async (webhookId, lanesMax) => {
        const claimed = await lanes.claim(webhookId, lanesMax);
        [nowMs, claimMs] = [nowMs + claimMs, 0];
        return claimed;
      },
      claimMs: CLAIM_MS,
      renewalMs: RENEWAL_MS,
      renew: async (claimed) => {
        renewals.push(claimed.map((lane) => lane.customerId));
        return canRenew ? lanes.renew(claimed) : [];
      },
      next: async (lane) => {
        nowMs += TURN_MS;
        return lanes.next(lane);
      },
      settle: async (...of) => {
        const settled = await lanes.settle(...of);
        turns += 1;
        return settled;
      },
    },
    sender,
    active: () => webhooks.active(),
    receiverOf: (webhookId) => {
      reads += 1;
      return webhooks.receiverOf(webhookId);
    },
    pauseMs: () => PAUSE_MS,
    onGone: (webhookId, receiver) => webhooks.disable(webhookId, receiver, 'its receiver answered 410'),
    clock: { ...systemClock, elapsed: () => nowMs },
    ...more,
  });
  dispatcher.start();
  return { id, secret, ids: events.map(idOf) };
}

const change = (id: number, to: WebhookChange) => inTransaction(database, (sql) => webhooks.change(sql, id, to));
const remove = (id: number) => inTransaction(database, (sql) => webhooks.remove(sql, id));
const isDone = async () => (await run(sqlOf(database), 'SELECT 1 FROM lanes')).length === 0;
const changeTo = (to: WebhookChange, answer: number) => async (id: number) => {
  await change(id, to);
  return answer;
};

it('its messages go to its current URL, with one read per message', async () => {
  const { id, ids } = await begin(changeTo({ url: to.url }, 204));
  await waitFor(() => turns > 0);
  expect([from.ids, to.ids]).toEqual([ids.slice(0, 1), ids.slice(1)]);
  expect([turns, reads]).toEqual([1, EVENTS]);
  await remove(id);
});

it('it gets no messages while it is disabled, and the rest once it is active', async () => {
  const { id, ids } = await begin(changeTo({ status: 'disabled' }, 204));
  await waitFor(() => turns === 1);
  expect(from.ids).toEqual(ids.slice(0, 1));
  await change(id, { status: 'active' });
  await waitFor(isDone);
  expect(from.ids).toEqual(ids);
  await remove(id);
});

it('it gets no messages once it is removed', async () => {
  const { ids } = await begin(async (id) => {
    await remove(id);
    return 204;
  });
  await waitFor(() => turns === 1);
  expect(from.ids).toEqual(ids.slice(0, 1));
});

it('its messages are signed with the valid secrets', async () => {
  let renewed = '';
  const { id, secret } = await begin(async (webhookId) => {
    renewed = (await webhooks.rotateSecret(sqlOf(database), webhookId, 0))?.secret ?? '';
    return 204;
  });
  await waitFor(isDone);
  const verify = (by: string, place: number) => () => {
    const { body, headers } = from.received[place] as Received;
    new Webhook(by).verify(body, headers as Record<string, string>);
  };
  expect(verify(secret, 0)).not.toThrow();
  for (const place of [1, 2]) {
    expect(verify(renewed, place)).not.toThrow();
    expect(verify(secret, place)).toThrow();
  }
  await remove(id);
});

it('a 410 from its former URL does not disable it, and the message goes to the current URL at once', async () => {
  const { id, ids } = await begin(changeTo({ url: to.url }, 410));
  await waitFor(isDone);
  expect([from.ids, to.ids]).toEqual([ids.slice(0, 1), ids]);
  expect(await webhooks.find(id)).toMatchObject({ status: 1, disabled_reason: null });
  await remove(id);
});

it('the outcome of an attempt is stored, even if the webhook can no longer be read', async () => {
  const { id, ids } = await begin(async () => 204, {
    pauseMs: () => 0,
    receiverOf: async (webhookId) => {
      reads += 1;
      if (reads === 2) throw new Error('the database is unreachable');
      return webhooks.receiverOf(webhookId);
    },
  });
  await waitFor(() => turns > 1);
  expect(from.ids).toEqual(ids);
  expect(await isDone()).toBe(true);
  await remove(id);
});

it('its claim is renewed until its turn ends', async () => {
  const { id } = await begin(async () => {
    await waitFor(() => renewals.length > 2);
    return 204;
  });
  await waitFor(() => turns === 1);
  expect(renewals.flat()).toEqual(renewals.map(() => customerId));
  const { length } = renewals;
  // Another turn, so that time passes in which the first claim must not be renewed.
  const former = customerId;
  customerId += 1;
  to.answer = async () => {
    await waitFor(() => renewals.length > length + 2);
    return 204;
  };
  await change(id, { url: to.url });
  await takeIn(database, [eventOf('loans', 1, { customerId })]);
  await waitFor(isDone);
  expect(renewals.slice(length).flat()).not.toContain(former);
  await remove(id);
});

it('it sends nothing once its claim may have expired: its messages are sent in the next turn', async () => {
  [canRenew, claimMs] = [false, CLAIM_MS];
  const { id, ids } = await begin(async () => 204);
  await waitFor(isDone);
  await waitFor(() => turns === 2);
  expect(from.ids).toEqual(ids);
  await remove(id);
});

it('it ends after a while, so that what was accepted is stored before the next message; fast ones are stored together', async () => {
  const statuses: unknown[] = [];
  const { id, ids } = await begin(async (webhookId) => {
    nowMs += TURN_MS;
    from.answer = async () => {
      statuses.push(await statusesOf(webhookId));
      return 204;
    };
    return 204;
  });
  await waitFor(isDone);
  await waitFor(() => turns === 2);
  expect(from.ids).toEqual(ids);
  expect(statuses).toEqual(ids.slice(1).map(() => ['delivered', 'pending', 'pending']));
  await remove(id);
});

const HOURS_MAX = 72;
/** Makes the deliveries pending for this long, with so many attempts. */
const letPass = (id: number, hours: number, attempts: number) =>
  run(
    sqlOf(database),
    `UPDATE deliveries SET created_at = created_at - make_interval(hours => $2), attempts = $3 WHERE webhook_id = $1`,
    [id, hours, attempts],
  );
const statusesOf = async (id: number) => {
  const rows = await run<{ status: number }>(
    sqlOf(database),
    'SELECT status FROM deliveries WHERE webhook_id = $1 ORDER BY id',
    [id],
  );
  return rows.map(({ status }) => ['pending', 'delivered', 'failed'][status - 1]);
};

it('an undelivered message is given up after three days, and the next one is sent after a pause', async () => {
  const pauses: number[] = [];
  const answers = async (id: number) => {
    await letPass(id, HOURS_MAX, ATTEMPTS_MIN - 2);
    return 503;
  };
  const { id, ids } = await begin(answers, {
    pauseMs: (failures) => {
      pauses.push(failures);
      return pauses.length === 1 ? 0 : PAUSE_MS;
    },
  });
  await waitFor(() => turns === 2);
  expect([from.ids, await statusesOf(id)]).toEqual([
    [ids[0], ids[0]],
    ['failed', 'pending', 'pending'],
  ]);
  expect(pauses).toEqual([1, 1]);
  await remove(id);
});

it('an update without a change does not extend the time for delivery', async () => {
  const { id, ids } = await begin(async (webhookId) => {
    if (from.ids.length > 1) return 503;
    await letPass(webhookId, HOURS_MAX, ATTEMPTS_MIN - 2);
    await change(webhookId, { status: 'active', url: from.url });
    return 503;
  });
  await waitFor(() => turns === 2);
  expect([from.ids, await statusesOf(id)]).toEqual([
    [ids[0], ids[0]],
    ['failed', 'pending', 'pending'],
  ]);
  await remove(id);
});

it('messages that wait while it is disabled are not given up', async () => {
  const { id } = await begin(async (webhookId) => {
    await change(webhookId, { status: 'disabled' });
    return 503;
  });
  await waitFor(() => turns === 1);
  await letPass(id, HOURS_MAX, ATTEMPTS_MIN - 1);
  await change(id, { status: 'active' });
  await waitFor(() => turns === 2);
  expect(await statusesOf(id)).toEqual(['pending', 'pending', 'pending']);
  await remove(id);
});
