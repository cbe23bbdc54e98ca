/** How a receiver knows that a message is ours: Standard Webhooks (https://www.standardwebhooks.com), HMAC-SHA256. */
import { createHmac, randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;
const SECRET_PREFIX = 'whsec_';

/** A new secret, as it is shown: `whsec_` and Base64. */
export const newSecret = (): string => SECRET_PREFIX + randomBytes(SECRET_BYTES).toString('base64');

/**
 * The headers of a message. While a secret is being replaced there are two, and a signature by each: a receiver takes the
 * message if one of them is right.
 *
 * @param id the same for every attempt
 * @param atMs when this attempt is made, in milliseconds since 1970; receivers refuse what is older than some minutes
 * @param body as it is sent, to the byte
 */
export function signedHeaders(id: string, atMs: number, body: string, secrets: readonly string[]) {
  const timestamp = String(Math.floor(atMs / 1000));
  const signatures = secrets.map((secret) => `v1,${sign(`${id}.${timestamp}.${body}`, secret)}`);
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

const sign = (content: string, secret: string): string =>
  createHmac('sha256', Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64'))
    .update(content)
    .digest('base64');
