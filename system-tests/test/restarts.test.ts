/** Callers notice nothing while one of two processes of a service is restarted, dies or freezes. */
import { Agent } from 'node:http';
import { query, topicFaults, undelivered } from '@mo/agreement';
import { type Exchange, exchange } from '../src/plain-http.ts';
import { failuresDuring, replace, replaceGateway, replicasOf, SERVICES, type Service } from '../src/replacing.ts';
import { type System, startSystem } from '../src/system.ts';
import { waitFor } from '../src/wait-for.ts';
import { nameOf } from '../src/world.ts';

const CALLERS = 6;
const TIMEOUT_MS = 240_000;

let system: System;
const topicPrefix = nameOf('restarts');
beforeAll(async () => {
  const env = { LOG_LEVEL: 'warn', TOPIC_PREFIX: topicPrefix };
  system = await startSystem({ replicas: { customers: 2, loans: 2, payments: 2 }, env });
});
afterAll(() => system?.stop());

const failuresOf = (kinds: readonly ('keyed' | 'unkeyed')[], work: () => Promise<unknown>) =>
  failuresDuring(system, CALLERS, kinds, work);

it(
  'a rolling restart of every service fails no request, with a key or without',
  async () => {
    const failures = await failuresOf(['keyed', 'unkeyed'], async () => {
      for (const place of [0, 1])
        await Promise.all(SERVICES.map((service) => replace(system, service, place, 'SIGTERM')));
    });
    expect(failures).toEqual([]);
  },
  TIMEOUT_MS,
);

it(
  'a kill -9 of one of two processes per service fails no read, and no write with a key',
  async () => {
    const failures = await failuresOf(['keyed'], () =>
      Promise.all(SERVICES.map((service) => replace(system, service, 1, 'SIGKILL'))),
    );
    expect(failures).toEqual([]);
  },
  TIMEOUT_MS,
);

describe('the relay', () => {
  /** The process of the stack that relays for a service. */
  async function relayOf(service: Service): Promise<number | undefined> {
    const text = 'SELECT holder FROM relay_lease WHERE until > clock_timestamp()';
    const [row] = await query<{ holder: string }>(system.stack.stack(), service, text);
    return replicasOf(system, service).find(({ pid }) => String(pid) === row?.holder.split('/')[1])?.pid ?? undefined;
  }

  it(
    'moves from a dead or frozen process to another, and every event is sent in order',
    async () => {
      const failures = await failuresOf(['keyed'], async () => {
        const killed = await waitFor(() => relayOf('loans'));
        const frozen = await waitFor(() => relayOf('payments'));
        process.kill(killed, 'SIGKILL');
        process.kill(frozen, 'SIGSTOP');
        try {
          await waitFor(async () => ![undefined, killed].includes(await relayOf('loans')));
          await waitFor(async () => ![undefined, frozen].includes(await relayOf('payments')));
        } finally {
          process.kill(frozen, 'SIGCONT');
        }
      });
      expect(failures).toEqual([]);
      await waitFor(async () => (await undelivered(system.stack.stack())).length === 0);
      expect(await topicFaults(system.stack.stack(), topicPrefix)).toEqual([]);
    },
    TIMEOUT_MS,
  );
});

it(
  'a restart of the gateway leaves no partial request: an unanswered one had no effect',
  async () => {
    const { id } = await system.world.customer('1000');
    const { url, apiKey } = system.stack;
    const agents = [new Agent({ keepAlive: true }), new Agent({ keepAlive: false })];
    const outcomes: { name: string; outcome: Exchange }[] = [];
    let isOver = false;
    const callers = Array.from({ length: CALLERS }, async (_, place) => {
      while (!isOver) {
        const loan = { customer_id: id, amount: '0.01', maximum_payment_date: '2030-01-01T00:00:00Z' };
        const name = nameOf('loan');
        const body = JSON.stringify({ external_id: name, ...loan });
        const agent = agents[place % agents.length] as Agent;
        const outcome = await exchange(`${url}/api/loans`, agent, { authorization: `Bearer ${apiKey}` }, body);
        outcomes.push({ name, outcome });
      }
    });
    await waitFor(() => Promise.resolve(outcomes.length > CALLERS));
    await replaceGateway(system);
    isOver = true;
    await Promise.all(callers);
    for (const agent of agents) agent.destroy();
    const cutOff = outcomes.filter(({ outcome }) => outcome.startsWith('cut off'));
    expect(cutOff.filter(({ outcome }) => outcome.endsWith('on a kept connection'))).toEqual([]);
    // A new connection may be waiting for accept when listening ends: none of its request was read then.
    const names = cutOff.map(({ name }) => name);
    const text = 'SELECT external_id FROM loans WHERE external_id = ANY($1)';
    expect(await query(system.stack.stack(), 'loans', text, [names])).toEqual([]);
  },
  TIMEOUT_MS,
);
