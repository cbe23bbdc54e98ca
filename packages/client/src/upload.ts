/** Request bodies: JSON, and uploads given as text, bytes, a Blob or any kind of stream. */

/** Bytes, or text that is sent as UTF-8. */
type Piece = Uint8Array | string;
export type UploadStream = ReadableStream<Uint8Array> | AsyncIterable<Piece>;
/** A stream can be read only once, so it can't be sent again. A function that opens a stream allows retries. */
export type UploadFile = Blob | Piece | UploadStream | (() => UploadStream);
export type UploadType = 'text/csv' | 'application/x-ndjson' | 'application/json';

type Content = NonNullable<RequestInit['body']>;

/** A body opened for one attempt. */
export interface OpenBody {
  readonly content: Content;
  /** Throws why the caller's file couldn't be read, if that's why `fetch` failed with this error. */
  throwFailure(error: unknown): void;
  /** Releases the unread rest, because `fetch` doesn't do so when it fails. */
  close(): void;
}

export interface Body {
  readonly type: string;
  readonly isRepeatable: boolean;
  readonly isStream: boolean;
  /** A body of any size, so an attempt has no time limit of its own. */
  readonly isUpload: boolean;
  open(): OpenBody;
}

export function jsonBody(value: unknown): Body {
  const open = asItIs(JSON.stringify(value));
  return { type: 'application/json', isRepeatable: true, isStream: false, isUpload: false, open };
}

export function uploadBody(file: UploadFile, type: UploadType): Body {
  if (typeof file === 'string' || file instanceof Uint8Array || file instanceof Blob)
    return { type, isRepeatable: true, isStream: false, isUpload: true, open: asItIs(file as Content) };
  const isRepeatable = typeof file === 'function';
  const open = typeof file === 'function' ? file : () => file;
  return { type, isRepeatable, isStream: true, isUpload: true, open: () => streamed(piecesOf(open())) };
}

/** The error about a file that is none, or a function that returned no stream. */
function notUploadable(file: unknown): TypeError {
  // What an async function throws later is not what is wrong.
  if (file instanceof Promise) file.catch(() => {});
  const kind = Object.prototype.toString.call(file).slice('[object '.length, -1);
  return new TypeError(
    `file must be text, a Uint8Array, a Blob, a ReadableStream, an AsyncIterable, or a function that returns one of the last two, not ${kind}`,
  );
}

const asItIs = (content: Content) => (): OpenBody => ({ content, throwFailure: throwIfUnreadable, close: () => {} });

/** A Blob of a file that has changed since is unreadable. */
function throwIfUnreadable(error: unknown): void {
  const { cause } = Object(error) as { cause?: unknown };
  for (const reason of [error, cause])
    if ((Object(reason) as { name?: unknown }).name === 'NotReadableError') throw reason;
}

function streamed(pieces: AsyncIterator<Piece>): OpenBody {
  const encoder = new TextEncoder();
  let failure: { readonly error: unknown } | undefined;
  const content = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await nextOf(pieces).catch((error: unknown) => {
        failure = { error };
        throw error;
      });
      if (done === true) controller.close();
      else controller.enqueue(typeof value === 'string' ? encoder.encode(value) : value);
    },
  });
  const throwFailure = () => {
    if (failure !== undefined) throw failure.error;
  };
  return { content, throwFailure, close: () => void pieces.return?.().catch(() => {}) };
}

/** @throws TypeError if it isn't a piece */
async function nextOf(pieces: AsyncIterator<Piece>): Promise<IteratorResult<Piece>> {
  const next = await pieces.next();
  if (next.done !== true && typeof next.value !== 'string' && !(next.value instanceof Uint8Array))
    throw new TypeError(`an upload consists of text or Uint8Arrays, not of ${typeof next.value}s`);
  return next;
}

/**
 * Uses a reader for a ReadableStream, because not every browser can iterate over one.
 *
 * @throws TypeError if it isn't a stream
 */
function piecesOf(stream: UploadStream): AsyncIterator<Piece> {
  if (!(stream instanceof ReadableStream)) {
    if (Symbol.asyncIterator in Object(stream)) return stream[Symbol.asyncIterator]();
    throw notUploadable(stream);
  }
  const reader = stream.getReader();
  return {
    next: () => reader.read() as Promise<IteratorResult<Piece>>,
    return: async () => {
      await reader.cancel();
      return { done: true, value: undefined };
    },
  };
}
