/** The only file of a form, as a stream. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { invalid, ProblemError } from '@mo/service-kit';

const FILE_FIELD = 'file';
/** Parts other than the file are read only to be reported as unknown. */
const PARTS_MAX = 10;
const PART_HEADER_BYTES_MAX = 16 * 1024;

export interface FilePart {
  readonly mediaType: string;
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
  form.on('file', (name, file, fileName, _encoding, mediaType) => {
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

function openForm(contentType: string): BusboyInstance {
  const limits = { parts: PARTS_MAX, headerSize: PART_HEADER_BYTES_MAX };
  try {
    // Any part may be the file, even one without a file name; other parts are kept in memory until they are complete.
    return new Busboy({ headers: { 'content-type': contentType }, limits, isPartAFile: () => true });
  } catch (error) {
    throw invalid('body', '', `is not a valid form: ${(error as Error).message}`);
  }
}
