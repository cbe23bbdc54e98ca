/** Uploads over a real connection, as a caller makes them. */
import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { BulkSummary, CustomerBody, Problem, StreamEvent } from '@mo/contracts';
import { type ServiceUnderTest, send } from '@mo/messaging/testing';
import type { App } from '@mo/service-kit';
import { statement } from './harness.ts';

export type SummaryOrProblem = BulkSummary & Pick<Problem, 'code' | 'detail'>;

export interface UploadReply {
  readonly status: number;
  readonly body: SummaryOrProblem;
  readonly headers: IncomingHttpHeaders;
}

export interface UploadOptions {
  readonly type?: string;
  readonly query?: string;
  readonly headers?: Record<string, string>;
}

/** Opens an upload, whose body the caller writes. */
export async function openUpload(app: App, options: UploadOptions = {}) {
  if (!app.server.server.listening) await app.server.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.server.address() as AddressInfo;
  return request({
    port,
    method: 'POST',
    path: `/api/customers/bulk${options.query ?? ''}`,
    headers: { 'content-type': options.type ?? 'text/csv', ...options.headers },
  });
}

/** Uploads a body, in the pieces given. */
export async function upload(
  app: App,
  body: string | Buffer | Iterable<string> | AsyncIterable<string>,
  options: UploadOptions = {},
): Promise<UploadReply> {
  const outgoing = await openUpload(app, options);
  const answered = once(outgoing, 'response');
  const sent = pipeline(Readable.from(typeof body === 'string' ? [body] : body), outgoing);
  const [response] = (await Promise.race([answered, sent.then(() => answered)])) as [IncomingMessage];
  const answer = JSON.parse(await text(response)) as SummaryOrProblem;
  await sent.catch(() => {});
  return { status: response.statusCode ?? 0, body: answer, headers: response.headers };
}

/** The status of a reply, and its counts. */
export function countsOf({ status, body: { received, created, failed } }: UploadReply) {
  return { status, received, created, failed };
}

let lastPrefix = 0;

/** A unique prefix for the names of a test. */
export function prefix(): string {
  lastPrefix += 1;
  return `bulk-${lastPrefix}`;
}

/** One CSV line per name. */
export const csvOf = (names: readonly string[], score = '10'): string =>
  names.map((name) => `${name},${score}\n`).join('');

/** As many as are answered in time on a busy machine. */
const READS_AT_ONCE = 16;

/** Names of customers, in ascending order. */
export const namesOf = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${prefix}-${String(n + 1).padStart(6, '0')}`);

/** The customer with this external_id; undefined if there is none. */
export async function find(app: App, name: string): Promise<CustomerBody | undefined> {
  const url = `/api/customers?external_id=${encodeURIComponent(name)}`;
  return (await send<{ results: CustomerBody[] }>(app, 'GET', url)).body.results[0];
}

/** The number of these names that are customers. */
export async function countOf(app: App, names: readonly string[]): Promise<number> {
  let count = 0;
  for (let start = 0; start < names.length; start += READS_AT_ONCE) {
    const found = await Promise.all(names.slice(start, start + READS_AT_ONCE).map((name) => find(app, name)));
    count += found.filter((customer) => customer !== undefined).length;
  }
  return count;
}

/** A form with these parts. */
export function formOf(parts: readonly { name: string; fileName?: string; type?: string; body: string }[]) {
  const boundary = 'between-parts';
  const body = parts.map(
    ({ name, fileName, type, body: content }) =>
      `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${fileName === undefined ? '' : `; filename="${fileName}"`}\r\n` +
      `${type === undefined ? '' : `content-type: ${type}\r\n`}\r\n${content}\r\n`,
  );
  return { type: `multipart/form-data; boundary=${boundary}`, body: [...body, `--${boundary}--\r\n`] };
}

/** The events of a customer in the stream of customers. */
export async function eventsOf(app: App, name: string): Promise<StreamEvent[]> {
  const url = `/internal/streams/customers?external_id=${name}`;
  return (await send<{ pages: { events: StreamEvent[] }[] }>(app, 'GET', url)).body.pages[0]?.events ?? [];
}

/** The number of staged lines of atomic uploads. */
export async function stagedLines(service: ServiceUnderTest): Promise<number> {
  const [row] = await statement<{ lines: string }>(service, 'SELECT count(*) AS lines FROM staged_customers');
  return Number(row?.lines);
}
