/**
 * Converts an AsyncAPI document to OpenAPI: each event becomes an answer, so that one comparison serves both documents.
 */

interface Message {
  readonly contentType: string;
  readonly headers: object;
  readonly payload: object;
  readonly bindings: { readonly kafka: { readonly key: object } };
}

export interface EventsDocument {
  readonly info: { readonly version: string };
  readonly channels: Readonly<Record<string, { readonly address: string; readonly messages: Record<string, object> }>>;
  readonly components: { readonly messages: Readonly<Record<string, Message>> };
}

/** The key, headers and data of each type, at the path `/<topic>/<type>`. */
export function eventsAsAnswers({ info, channels, components }: EventsDocument): object {
  const paths = Object.values(channels).flatMap(({ address, messages }) =>
    Object.keys(messages).map((type) => [`/${address}/${type}`, { get: answerOf(components.messages[type]) }]),
  );
  return { openapi: '3.1.0', info: { title: 'Events', version: info.version }, paths: Object.fromEntries(paths) };
}

function answerOf(message: Message | undefined): object {
  if (message === undefined) throw new Error('a channel names a message that the document does not hold');
  const { contentType, headers, payload, bindings } = message;
  const properties = { key: bindings.kafka.key, headers, data: payload };
  const schema = { type: 'object', properties, required: Object.keys(properties) };
  return { responses: { 200: { description: 'The event', content: { [contentType]: { schema } } } } };
}
