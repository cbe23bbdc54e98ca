/**
 * Converts an AsyncAPI document to OpenAPI, so that one comparison serves both documents. Each event becomes an answer,
 * which subscribers read, and a request, because the services must take those that exist already.
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
export function eventsAsApi({ info, channels, components }: EventsDocument): object {
  const paths = Object.values(channels).flatMap(({ address, messages }) =>
    Object.keys(messages).map((type) => [`/${address}/${type}`, { post: operationOf(components.messages[type]) }]),
  );
  return { openapi: '3.1.0', info: { title: 'Events', version: info.version }, paths: Object.fromEntries(paths) };
}

function operationOf(message: Message | undefined): object {
  if (message === undefined) throw new Error('a channel names a message that the document does not hold');
  const { contentType, headers, payload, bindings } = message;
  const properties = { key: bindings.kafka.key, headers, data: payload };
  const schema = { type: 'object', properties, required: Object.keys(properties) };
  const content = { [contentType]: { schema } };
  return { requestBody: { content }, responses: { 200: { description: 'The event', content } } };
}
