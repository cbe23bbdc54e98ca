/** The only file of a form, as a stream. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy } from '@fastify/busboy';
import { invalid, ProblemError } from '@mo/service-kit';

const FILE_FIELD = 'file';
/** Parts other than the file are read only to be reported as unknown. */
const PARTS_MAX = 10;
const FIELD_BYTES_MAX = 1_024;
const PART_HEADER_BYTES_MAX = 16 * 1024;

export interface FilePart {
  readonly mediaType: string;
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
  form.on('field', unknown);
  form.on('file', (name, file, fileName, _encoding, mediaType) => {
    if (isFound || name !== FILE_FIELD) {
      unknown(name);
      file.on('error', () => {}).resume();
      return;
    }
    isFound = true;
    file.on('error', () => {});
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
    resolve({ mediaType, fileName: fileName ?? '', bytes: whole(), surplus: () => surplus });
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

function openForm(contentType: string) {
  const limits = { parts: PARTS_MAX, fieldSize: FIELD_BYTES_MAX, headerSize: PART_HEADER_BYTES_MAX };
  try {
    return new Busboy({ headers: { 'content-type': contentType }, limits });
  } catch (error) {
    throw invalid('body', '', `is not a valid form: ${(error as Error).message}`);
  }
}
