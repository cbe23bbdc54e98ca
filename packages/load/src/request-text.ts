/** A request as it goes over the wire. */
export interface Request {
  readonly method: string;
  readonly path: string;
  /** JSON; null for a request without a body. */
  readonly body: string | null;
  /** Its Idempotency-Key. */
  readonly key: string | null;
  /** Its Consistency-Token. */
  readonly token?: string | undefined;
}

/** Where requests go, and as whom. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly apiKey: string;
}

/** The text of a request: HTTP/1.1, on a connection that is kept. */
export function requestText({ method, path, body, key, token }: Request, { host, port, apiKey }: Target): string {
  const sent = token === undefined ? '' : `consistency-token: ${token}\r\n`;
  const named = key === null ? '' : `idempotency-key: ${key}\r\n`;
  const length =
    body === null ? '' : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
  return `${method} ${path} HTTP/1.1\r\nhost: ${host}:${port}\r\nx-api-key: ${apiKey}\r\n${sent}${named}${length}\r\n${body ?? ''}`;
}
