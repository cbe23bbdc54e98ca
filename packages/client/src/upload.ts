/** Bodies of requests: JSON, and files to upload, as text, bytes, a Blob, or a stream of any kind. */

/** Bytes, or text that goes as UTF-8. */
type Piece = Uint8Array | string;
export type UploadStream = ReadableStream<Uint8Array> | AsyncIterable<Piece>;
/** A stream is read once, so it can't be sent again; what a function opens can. */
export type UploadFile = Blob | Piece | UploadStream | (() => UploadStream);
export type UploadType = 'text/csv' | 'application/x-ndjson' | 'application/json';

type Content = NonNullable<RequestInit['body']>;

/** A body for one attempt to send it. */
export interface OpenBody {
  readonly content: Content;
  /** Lets go of what is left of it: `fetch` itself doesn't, where it fails. */
  close(): void;
}

export interface Body {
  readonly type: string;
  readonly isRepeatable: boolean;
  readonly isStream: boolean;
  /** One of any size: how long an answer takes says nothing. */
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

const asItIs = (content: Content) => (): OpenBody => ({ content, close: () => {} });

function streamed(pieces: AsyncIterator<Piece>): OpenBody {
  const encoder = new TextEncoder();
  const content = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done === true) controller.close();
      else controller.enqueue(typeof value === 'string' ? encoder.encode(value) : value);
    },
  });
  return { content, close: () => void pieces.return?.().catch(() => {}) };
}

/** Not every browser can iterate over a stream. */
function piecesOf(stream: UploadStream): AsyncIterator<Piece> {
  if (!(stream instanceof ReadableStream)) return stream[Symbol.asyncIterator]();
  const reader = stream.getReader();
  return {
    next: () => reader.read() as Promise<IteratorResult<Piece>>,
    return: async () => {
      await reader.cancel();
      return { done: true, value: undefined };
    },
  };
}
