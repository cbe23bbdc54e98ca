/** The example subscribers against the whole system: killed midway, and with every message duplicated. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { Example, exampleCommands } from '../src/example.ts';
import { ExampleBusiness } from '../src/example-business.ts';
import { mo, systemEnv } from '../src/mo.ts';
import { type Offsets, type Received, Subscriber } from '../src/subscriber.ts';
import { type System, startSystem } from '../src/system.ts';
import { waitFor } from '../src/wait-for.ts';
import { expectStatus } from '../src/world.ts';

const TOPIC_PREFIX = `mo-${randomUUID().slice(0, 8)}`;
/** Those that the examples read. */
const TOPICS = [`${TOPIC_PREFIX}.loans`, `${TOPIC_PREFIX}.payments`];
const KILLS = 2;
/** After a kill, Kafka lets the next process join only after some seconds. */
const TIMEOUT_MS = 180_000;

let system: System;
let subscriber: Subscriber;
let folder: string;
let business: ExampleBusiness;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mo-subscribers-'));
  system = await startSystem({ env: { LOG_LEVEL: 'warn', TOPIC_PREFIX } });
  subscriber = new Subscriber(system.stack.stack().kafka.brokers);
  business = await ExampleBusiness.begin(system);
});
afterAll(async () => {
  await system?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function everythingOf(topic: string) {
  return subscriber.read(topic, await subscriber.ends(topic));
}

describe.each(exampleCommands())('the subscriber in $language', (command) => {
  const exampleOn = (ledger: string) =>
    new Example(
      command,
      system.stack.stack().kafka.brokers,
      TOPIC_PREFIX,
      join(folder, `${command.language}-${ledger}`),
    );

  const test = (what: string, run: () => Promise<void>) => it(what, run, TIMEOUT_MS);

  test('counts every event once from the first on, despite kills and duplicates', async () => {
    const example = exampleOn('ledger.db');
    await example.during(async () => {
      await business.round();
      for (let kill = 0; kill < KILLS; kill += 1) {
        const before = example.applied();
        example.start();
        const underWay = business.round();
        await waitFor(() => Promise.resolve(example.applied() > before));
        expect(await example.end('SIGKILL')).toBeNull();
        await underWay;
      }
      example.start();
      await business.untilTrue(example);
      for (const topic of TOPICS) await subscriber.send(topic, await everythingOf(topic));
      await business.round();
      await business.untilTrue(example);
      expect(await example.end('SIGTERM')).toBe(0);
      expect(example.rows()).toEqual(await business.truth());
    });
  });

  test('has the same result when it reads everything again', async () => {
    const example = exampleOn('another.db');
    await business.round();
    example.start();
    try {
      await business.untilTrue(example);
      expect(await example.end('SIGTERM')).toBe(0);
    } finally {
      await example.end('SIGKILL');
    }
  });
});

it('every event matches its JSON Schema and the AsyncAPI document, as served by the gateway', async () => {
  const get = async (path: string) => (await (await fetch(`${system.stack.url}${path}`)).json()) as object;
  const ajv = new Ajv2020({ allErrors: true });
  addFormats.default(ajv);
  const { components } = (await get('/asyncapi.json')) as {
    components: { messages: Record<string, { headers: object }> };
  };
  await business.round();
  expectStatus(await system.world.payment(business.firstCustomer, '10.01'), 201);
  const change = { params: { customer_id: business.firstCustomer }, body: { score: '100001' } };
  await system.api.insist('changeCustomer', change);
  const typeOf = ({ headers }: Received) => headers.ce_type as string;
  let events: Received[] = [];
  await waitFor(async () => {
    events = (await Promise.all([...TOPICS, `${TOPIC_PREFIX}.customers`].map(everythingOf))).flat();
    return ['CustomerUpdated', 'LoanPaid'].every((type) => events.some((event) => typeOf(event) === type));
  });
  const types = new Set(events.map(typeOf));
  expect([...types].sort()).toEqual([
    'CustomerRegistered',
    'CustomerUpdated',
    'LoanPaid',
    'LoanRejected',
    'LoanRequested',
    'LoanTaken',
    'PaymentApplied',
    'PaymentRejected',
  ]);
  for (const type of types) {
    const ofType = events.filter(({ headers }) => headers.ce_type === type);
    const isHeaders = ajv.compile(components.messages[type]?.headers ?? false);
    const isData = ajv.compile(await get(`/schemas/${ofType[0]?.headers.ce_dataschema}`));
    for (const { headers, value } of ofType) {
      expect([isHeaders(headers), isHeaders.errors]).toEqual([true, null]);
      expect([isData(JSON.parse(value)), isData.errors]).toEqual([true, null]);
    }
  }
});

/** Last, because it truncates the topic of loans. */
describe.each(exampleCommands())('a new subscriber in $language', (command) => {
  const { language } = command;
  const to = `${TOPIC_PREFIX}-${language.toLowerCase()}.loans`;

  it(
    'reads the history from a backfill, and continues with the live topic where its plan says',
    async () => {
      const stack = system.stack.stack();
      const env = { ...systemEnv(stack), TOPIC_PREFIX };
      await business.round();
      const words = ['backfill', '--topic', `${TOPIC_PREFIX}.loans`, '--to', to, '--plan', `${language}.json`];
      expect(await mo(words, { env, cwd: folder })).toMatchObject({ code: 0 });
      const plan = join(folder, `${language}.json`);
      const { resume } = JSON.parse(readFileSync(plan, 'utf8')) as { resume: { topic: string; from: Offsets } };
      await subscriber.forget(resume.topic, resume.from);
      await business.round();
      const { brokers } = stack.kafka;
      const ledger = join(folder, `${language}-new.db`);
      // Without the plan it stops at the first customer whose beginning is not on the topic, and says so.
      const tooEarly = new Example(command, brokers, TOPIC_PREFIX, ledger);
      await tooEarly.during(async () => {
        tooEarly.start();
        await waitFor(() => Promise.resolve(/customer \d+ goes from version 0 to/.test(tooEarly.output)));
      });
      // And in one partition up to the start of the plan's offset.
      await waitFor(() =>
        subscriber.commit(tooEarly.group(), resume.topic, resume.from.slice(0, 1)).then(
          () => true,
          () => false,
        ),
      );
      const example = new Example(command, brokers, TOPIC_PREFIX, ledger, [plan]);
      await example.during(async () => {
        example.start();
        await business.untilTrue(example);
        expect(await example.end('SIGTERM')).toBe(0);
        await business.round();
        example.start();
        await business.untilTrue(example);
        expect(await example.end('SIGTERM')).toBe(0);
      });
    },
    TIMEOUT_MS,
  );
});
