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

/** The server and the API key of the caller. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly apiKey: string;
}

/** The text of an HTTP/1.1 request on a persistent connection. */
export function requestText({ method, path, body, key, token }: Request, { host, port, apiKey }: Target): string {
  const tokenHeader = token === undefined ? '' : `consistency-token: ${token}\r\n`;
  const keyHeader = key === null ? '' : `idempotency-key: ${key}\r\n`;
  const bodyHeaders =
    body === null ? '' : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
  return `${method} ${path} HTTP/1.1\r\nhost: ${host}:${port}\r\nx-api-key: ${apiKey}\r\n${tokenHeader}${keyHeader}${bodyHeaders}\r\n${body ?? ''}`;
}
