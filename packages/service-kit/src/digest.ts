import { hash } from 'node:crypto';

/**
 * The SHA-256 of a text. If asked for a Buffer, Node allocates off-heap memory for each digest, which takes four times
 * as long as encoding the digest as text and decoding it.
 */
export const sha256 = (text: string): Buffer => Buffer.from(hash('sha256', text, 'binary'), 'binary');
