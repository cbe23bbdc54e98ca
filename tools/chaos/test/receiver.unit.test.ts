import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '@mo/dev-stack/random';
import { Tally } from '../src/tally.ts';
import { Hook } from '../src/webhooks/hook.ts';
import { Receiver } from '../src/webhooks/receiver.ts';

const DECIDED_MS = Date.parse('2026-11-30T12:00:00.000Z');
const BODY = '{"timestamp":"2026-11-30T12:00:00.000Z"}';
const MESSAGES = 600;
const CALM_MESSAGES = 40;
const POLL_MS = 20;

let tally: Tally;
let hook: Hook;
let receiver: Receiver;
let url: string;
const accepted: number[] = [];
beforeEach(async () => {
  tally = new Tally();
  hook = new Hook('hook', ['LoanTaken'], tally.violate);
  accepted.length = 0;
  receiver = await Receiver.start({ random: new Random(7, 'receiver'), tally, onAccepted: (ms) => accepted.push(ms) });
  url = receiver.open(hook);
});
afterEach(() => receiver.close());

/** @returns the status; 0 without an answer */
async function send(id: string, body = BODY, to = url): Promise<number> {
  return fetch(to, { method: 'POST', headers: { 'webhook-id': id }, body }).then(
    ({ status }) => status,
    () => 0,
  );
}

it('accepts most messages, and refuses or does not answer others, as the seed says', async () => {
  const ids = Array.from({ length: MESSAGES }, (_, place) => `loans-7-${place}`);
  const sent = ids.map((id) => send(id));
  const sum = () => [...receiver.counts.values()].reduce((all, count) => all + count, 0);
  while (sum() < MESSAGES) await delay(POLL_MS);
  // Ends the deliveries that have got no answer.
  receiver.calm();
  const statuses = await Promise.all(sent);
  expect(new Set(statuses)).toEqual(new Set([204, 500, 503, 0]));
  const taken = ids.filter((_, place) => statuses[place] === 204);
  expect(taken.length).toBeGreaterThan(MESSAGES / 2);
  const known = [...hook.messages].filter(([, { acceptedAt }]) => acceptedAt !== null).map(([id]) => id);
  expect(known.sort()).toEqual(taken.sort());
  expect(accepted).toEqual(taken.map(() => DECIDED_MS));
  expect(receiver.counts.get('silent')).toBeGreaterThan(0);
  expect(tally.violations).toEqual([]);
});

it('accepts everything once it is calm, and counts arrivals and acceptances in one order', async () => {
  receiver.calm();
  for (let place = 0; place < CALM_MESSAGES; place += 1) expect(await send(`loans-7-${place}`)).toBe(204);
  const places = [...hook.messages.values()].flatMap(({ firstAt, acceptedAt }) => [firstAt, acceptedAt]);
  expect(places).toEqual(places.map((_, place) => place + 1));
});

it('does not end an idle connection of its own accord', async () => {
  receiver.calm();
  const { headers } = await fetch(url, { method: 'POST', headers: { 'webhook-id': 'loans-7-1' }, body: BODY });
  expect([headers.get('connection'), headers.get('keep-alive')]).toEqual(['keep-alive', null]);
});

it('finds a repeated message with another body, and one that goes to no webhook or is no JSON', async () => {
  receiver.calm();
  await send('loans-7-1');
  await send('loans-7-1');
  expect(tally.violations).toEqual([]);
  await send('loans-7-1', BODY.replace('12:', '13:'));
  await send('loans-7-2', BODY, `${url}-of-nobody`);
  await send('loans-7-3', '{');
  expect(tally.violations.map(({ rule }) => rule)).toEqual([
    'a message is the same each time',
    'receivers can handle every message',
    'receivers can handle every message',
  ]);
});
