/** Signs messages for receivers by Standard Webhooks (https://www.standardwebhooks.com), HMAC-SHA256. */
import { createHmac, randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;
const SECRET_PREFIX = 'whsec_';

/** A new secret in its external form: `whsec_` and Base64. */
export const newSecret = (): string => SECRET_PREFIX + randomBytes(SECRET_BYTES).toString('base64');

/**
 * The headers of a message, with one signature per secret. During a rotation there are several secrets; a receiver
 * accepts the message if one signature is valid.
 *
 * @param id the same for every attempt
 * @param atMs time of this attempt, in milliseconds since 1970; receivers refuse messages that are more than a few
 *   minutes old
 * @param body exactly the bytes that are sent
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
