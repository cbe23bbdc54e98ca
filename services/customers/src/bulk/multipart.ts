/** The only file of a form, as a stream. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy, type BusboyInstance, type Dicer } from '@fastify/busboy';
import { invalid, ProblemError } from '@mo/service-kit';

const FILE_FIELD = 'file';
/** Parts other than the file are read only to be reported as unknown. */
const PARTS_MAX = 10;
const PART_HEADER_BYTES_MAX = 16 * 1024;

export interface FilePart {
  /** As it was sent, with its parameters; empty if the part has none. */
  readonly contentType: string;
  /** Empty if the part has none. */
  readonly fileName: string;
  readonly bytes: AsyncIterable<Buffer>;
  /** The names of the parts after the file. */
  readonly surplus: () => readonly string[];
}

/**
 * Finds the file in a form.
 *
 * @throws ProblemError invalid_request, if another part comes before it, or if there is no file
 */
export async function filePart(contentType: string, bytes: AsyncIterable<Buffer>): Promise<FilePart> {
  const form = openForm(contentType);
  const surplus: string[] = [];
  const { promise: found, resolve, reject } = Promise.withResolvers<FilePart>();
  let isFound = false;
  const unknown = (name: string) => {
    surplus.push(name);
    if (!isFound) reject(invalid('body', `/${name}`, `is unknown; send one file, in the field ${FILE_FIELD}`));
  };
  const typeOfPart = watchTypes(form);
  form.on('file', (name, file, fileName) => {
    file.on('error', () => {});
    if (isFound || name !== FILE_FIELD) {
      unknown(name);
      file.resume();
      return;
    }
    isFound = true;
    ended.catch((error: Error) => file.destroy(error));
    const whole = async function* () {
      try {
        yield* file as AsyncIterable<Buffer>;
        await ended;
      } catch (error) {
        // In a form that is cut off, the file fails first, with an error of the parser.
        await ended;
        throw error;
      } finally {
        form.destroy();
      }
    };
    resolve({ contentType: typeOfPart(), fileName: fileName ?? '', bytes: whole(), surplus: () => surplus });
  });
  const ended = pipeline(Readable.from(bytes, { highWaterMark: 1 }), form).catch((error: unknown) => {
    throw error instanceof ProblemError
      ? error
      : invalid('body', '', `is not a valid form: ${(error as Error).message}`);
  });
  ended.then(() => reject(invalid('body', `/${FILE_FIELD}`, 'is required', 'required')), reject);
  found.catch(() => form.destroy());
  return found;
}

function openForm(contentType: string): BusboyInstance {
  const limits = { parts: PARTS_MAX, headerSize: PART_HEADER_BYTES_MAX };
  try {
    // Any part may be the file, even one without a file name; other parts are kept in memory until they are complete.
    return new Busboy({ headers: { 'content-type': contentType }, limits, isPartAFile: () => true });
  } catch (error) {
    throw invalid('body', '', `is not a valid form: ${(error as Error).message}`);
  }
}

/** Busboy drops the parameters of a part's Content-Type. @returns what gives the Content-Type of the current part */
function watchTypes(form: BusboyInstance): () => string {
  let type = '';
  const { parser } = (form as unknown as { _parser: { parser: Dicer } })._parser;
  parser.prependListener('part', (part) =>
    part.on('header', (header) => {
      type = (header as Record<string, string[]>)['content-type']?.[0] ?? '';
    }),
  );
  return () => type;
}
