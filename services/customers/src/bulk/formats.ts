/** Determines the format of an upload, and gives access to its bytes. */
import type { IncomingHttpHeaders } from 'node:http';
import { operations } from '@mo/contracts';
import { ProblemError, refuseOtherCharset } from '@mo/service-kit';
import { CsvReader } from './csv-reader.ts';
import { JsonArrayReader } from './json-array-reader.ts';
import type { LineReader } from './lines.ts';
import { type FilePart, filePart } from './multipart.ts';
import { NdjsonReader } from './ndjson-reader.ts';

type MediaType = (typeof operations.createCustomersInBulk.stream)[number];
type FileType = Exclude<MediaType, 'multipart/form-data'>;

const READERS = new Map<string, () => LineReader>([
  ['text/csv', () => new CsvReader()],
  ['application/x-ndjson', () => new NdjsonReader()],
  ['application/json', () => new JsonArrayReader()],
] satisfies [FileType, () => LineReader][]);
/** File types by the ending of the file name, if the part's Content-Type doesn't name one. */
const ENDINGS = new Map<string, FileType>([
  ['csv', 'text/csv'],
  ['ndjson', 'application/x-ndjson'],
  ['jsonl', 'application/x-ndjson'],
  ['json', 'application/json'],
]);

export interface Upload {
  readonly reader: LineReader;
  readonly bytes: AsyncIterable<Buffer>;
  /** The names of unknown parts that came with the file; complete only after its end. */
  readonly surplus: () => readonly string[];
}

/**
 * Opens an upload: the body is the file, or a form that contains it.
 *
 * @throws ProblemError unsupported_media_type; invalid_request, if a form has no such file
 */
export async function openUpload(headers: IncomingHttpHeaders, bytes: AsyncIterable<Buffer>): Promise<Upload> {
  const { 'content-type': contentType = '', 'content-encoding': encoding = 'identity' } = headers;
  if (encoding.toLowerCase() !== 'identity') throw unsupported(`the content encoding ${encoding} is not supported`);
  const mediaType = mediaTypeOf(contentType);
  if (mediaType === 'multipart/form-data') {
    const part = await filePart(contentType, bytes);
    return { reader: readerOfPart(part), bytes: part.bytes, surplus: part.surplus };
  }
  refuseOtherCharset(contentType);
  const rule = `the body must be ${operations.createCustomersInBulk.stream.join(', ')}`;
  return { reader: readerOf(mediaType, rule), bytes, surplus: () => [] };
}

function readerOfPart({ contentType, fileName }: FilePart): LineReader {
  refuseOtherCharset(contentType);
  const mediaType = mediaTypeOf(contentType);
  const ending = /\.(\w+)$/.exec(fileName)?.[1]?.toLowerCase() ?? '';
  const type = READERS.has(mediaType) ? mediaType : (ENDINGS.get(ending) ?? mediaType);
  return readerOf(type, `the file must be ${[...READERS.keys()].join(', ')}, by its Content-Type or file extension`);
}

/** @param rule the error's detail if the type is unknown */
function readerOf(mediaType: string, rule: string): LineReader {
  const open = READERS.get(mediaType);
  if (open === undefined) throw unsupported(rule);
  return open();
}

const mediaTypeOf = (contentType: string): string => (contentType.split(';', 1)[0] ?? '').trim().toLowerCase();

const unsupported = (detail: string): ProblemError => new ProblemError('unsupported_media_type', detail);
