/** The topics and their events as an AsyncAPI 3.0 document. */
import { z } from 'zod';
import { deadLetterTopicOf } from '../../dead-letters.ts';
import { EVENT_TYPES, type EventType } from '../../events.ts';
import { STREAMS, type Stream, TOPIC_PARTITIONS, TOPIC_PREFIX_DEFAULT, topicOf } from '../../streams.ts';
import { readable } from '../json-schema.ts';
import { letterMessages } from './dead-letters.ts';
import { EXAMPLES, exampleHeaders } from './examples.ts';
import { eventHeaders } from './headers.ts';
import { KAFKA_BINDING } from './kafka.ts';
import { EVENTS_INTRODUCTION } from './prose.ts';
import { dataSchema, type JsonSchema } from './schemas.ts';

/** The version of the events. The major version changes only if an existing subscriber could break. */
export const EVENTS_VERSION = '1.1.2';

const CHANNELS: Readonly<Record<Stream, { title: string; description: string }>> = {
  customers: { title: 'Customers', description: 'Customers, with their credit lines and statuses.' },
  loans: { title: 'Loans', description: 'Loans that are requested, taken, rejected and paid.' },
  payments: { title: 'Payments', description: 'Payments, and how they were spread over loans.' },
};

export type AsyncApiDocument = ReturnType<typeof asyncApiDocument>;
export type AsyncApiMessage = ReturnType<typeof message>;

/** The AsyncAPI 3.0 document of all topics, under their default names. */
export function asyncApiDocument() {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'MO Loans events',
      version: EVENTS_VERSION,
      description: EVENTS_INTRODUCTION,
      contact: { name: 'MO Loans' },
      license: { name: 'MIT', url: 'https://spdx.org/licenses/MIT.html' },
    },
    defaultContentType: 'application/json',
    servers: {
      kafka: {
        host: '{broker}',
        protocol: 'kafka',
        description: 'The brokers that the services use.',
        // Without a default, which readers would take for an address of the deployment.
        variables: { broker: { description: 'Any broker of the deployment, as host:port: ask its operators' } },
      },
    },
    channels: {
      ...recordOf(STREAMS, channel),
      ...Object.fromEntries(STREAMS.map((stream) => [`${stream}DeadLetters`, deadLetterChannel(stream)])),
    },
    operations: Object.fromEntries(STREAMS.map((stream) => [`send${CHANNELS[stream].title}`, operation(stream)])),
    components: { messages: { ...recordOf(Object.keys(EVENT_TYPES) as EventType[], message), ...letterMessages() } },
  };
}

const typesOf = (stream: Stream): EventType[] =>
  (Object.keys(EVENT_TYPES) as EventType[]).filter((type) => EVENT_TYPES[type].stream === stream);

const channel = (stream: Stream) => ({
  ...CHANNELS[stream],
  ...topicWith(topicOf(TOPIC_PREFIX_DEFAULT, stream), typesOf(stream)),
});

const deadLetterChannel = (stream: Stream) => ({
  title: `Dead letters of ${stream}`,
  description: `Messages that followers of ${stream} could not process, and their outcome. Subscribers can ignore it.`,
  ...topicWith(deadLetterTopicOf(topicOf(TOPIC_PREFIX_DEFAULT, stream)), Object.keys(letterMessages())),
});

const topicWith = <Name extends string>(topic: string, messages: readonly Name[]) => ({
  address: topic,
  messages: recordOf(messages, (name) => ({ $ref: `#/components/messages/${name}` })),
  bindings: { kafka: { topic, partitions: TOPIC_PARTITIONS, bindingVersion: KAFKA_BINDING } },
});

function operation(stream: Stream) {
  return {
    action: 'send',
    channel: { $ref: `#/channels/${stream}` },
    title: `Events of ${stream}`,
    summary: CHANNELS[stream].description,
    messages: typesOf(stream).map((type) => ({ $ref: `#/channels/${stream}/messages/${type}` })),
  };
}

function message(type: EventType) {
  const { description, ...payload } = dataSchema(type);
  return {
    name: type,
    title: payload.title,
    summary: description,
    contentType: 'application/json',
    headers: headersSchema(type),
    payload,
    bindings: {
      kafka: {
        key: {
          type: 'string',
          pattern: '^[1-9]\\d{0,15}$',
          description: 'The customer id, of at most 15 digits, by which events are spread over the partitions',
        },
        bindingVersion: KAFKA_BINDING,
      },
    },
    examples: [{ name: type, summary: description, headers: exampleHeaders(type), payload: EXAMPLES[type] }],
  };
}

function headersSchema(type: EventType): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(eventHeaders(type), { io: 'input', override: readable });
  return schema;
}

const recordOf = <Name extends string, Value>(names: readonly Name[], make: (name: Name) => Value) =>
  Object.fromEntries(names.map((name) => [name, make(name)])) as Record<Name, Value>;
