import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { testServers } from '@mo/dev-stack';
import { createLogger } from '@mo/service-kit';
import kafkajs from 'kafkajs';
import { kafkaOverKafkajs, type Producer } from '../src/index.ts';
import { KeptSubscription } from '../src/kafka/kafkajs-subscription.ts';
import { waitFor } from '../src/testing/index.ts';

const PRODUCE = 0;
const METADATA = 3;
const JOIN_GROUP = 11;
/** Longer than a join may take, and shorter than kafkajs lets it take. */
const DEADLINE_MS = 45_000;

const logger = createLogger('test', 'silent');
const kafka = kafkaOverKafkajs('test', testServers(), logger);
let topic: string;
let producer: Producer;

beforeEach(async () => {
  topic = `lost-connections-${randomUUID().slice(0, 8)}`;
  await kafka.ensureTopics([topic], 1);
  producer = await kafka.producer();
});
afterEach(() => producer.close());

/** A client that does something to the connection before it sends the nth request of a kind (from 1). */
function clientThat(does: (socket: Socket, nth: number) => void, kind: number) {
  let requests = 0;
  const client = new kafkajs.Kafka({
    brokers: [...testServers().brokers],
    logLevel: kafkajs.logLevel.NOTHING,
    requestTimeout: 2_000,
    retry: { retries: 2, initialRetryTime: 100 },
    socketFactory: ({ host, port, onConnect }) => {
      const socket = connect({ host, port }, onConnect);
      const write = socket.write.bind(socket) as (chunk: Buffer, ...rest: unknown[]) => boolean;
      socket.write = (chunk: Buffer, ...rest: unknown[]) => {
        // Its kind stands after its length.
        if (chunk.readInt16BE(4) === kind) {
          requests += 1;
          does(socket, requests);
        }
        return write(chunk, ...rest);
      };
      return socket;
    },
  });
  return { client, sent: () => requests };
}

/** A client that hears nothing more on a connection from its first request of a kind on, as where a network loses it. */
const deafClient = (kind: number) =>
  clientThat((socket, nth) => {
    if (nth === 1) socket.removeAllListeners('data').resume();
  }, kind);

it('a member whose connection is lost while it joins a group rejoins over another one', async () => {
  const { client, sent } = deafClient(JOIN_GROUP);
  const received: (string | null)[] = [];
  const handle = async (messages: readonly { value: string | null }[]) => {
    received.push(...messages.map(({ value }) => value));
  };
  const of = { group: `${topic}.group`, topics: [topic], handle };
  const options = { ...of, pace: 'prompt', ensure: async () => {}, logger } as const;
  const subscription = await KeptSubscription.start(client, options);
  await producer.send(topic, [{ key: 'k', value: 'v', headers: {} }]);
  await waitFor(() => received.length > 0, DEADLINE_MS);
  await subscription.close();
  expect(received).toEqual(['v']);
  expect(sent()).toBeGreaterThan(1);
});

it('messages without a response are sent again over another connection', async () => {
  const { client, sent } = deafClient(PRODUCE);
  const lost = client.producer({ idempotent: true, allowAutoTopicCreation: false });
  await lost.connect();
  await lost.send({ topic, acks: -1, messages: [{ key: 'k', value: 'v' }] });
  await lost.disconnect();
  // More often where the machine stands still, and without a second effect.
  expect(sent()).toBeGreaterThan(1);
  expect(await kafka.ends(topic)).toEqual([{ partition: 0, offset: '1' }]);
});

it('metadata that no broker has sent are an outage that ends, and no error of ours', async () => {
  // The first request is that of the client itself; the second one fills the list.
  const { client } = clientThat((socket, nth) => {
    if (nth === 2) socket.destroy();
  }, METADATA);
  const admin = client.admin();
  await admin.connect();
  await expect(admin.listTopics()).rejects.toMatchObject({
    message: 'no broker has answered the request for metadata yet',
    retriable: true,
  });
  expect(await admin.listTopics()).toContain(topic);
  await admin.disconnect();
});
