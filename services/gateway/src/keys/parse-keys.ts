/**
 * API keys are given as `id:sha256-hex-of-the-key[:requests-per-second]`, separated by new lines or commas, with `#`
 * comments. Only the hash is kept anywhere. An id names the caller, so it may have several keys at once: that is how a
 * key is replaced without a gap.
 */
import { ConfigError } from '@mo/service-kit';

export interface ApiKey {
  /** Who calls. */
  readonly id: string;
  /** SHA-256 of the key. */
  readonly digest: Buffer;
  /** Requests per second, or null for as many as it likes. */
  readonly rate: number | null;
}

const ID = /^[\w.-]{1,64}$/;
const DIGEST = /^[0-9a-f]{64}$/i;
const RATE = /^\d{1,6}(\.\d{1,3})?$/;

/**
 * Reads keys.
 *
 * @param source what the text is called in an error
 * @throws ConfigError that names the line and the rule, and never repeats a key
 */
export function parseKeys(text: string, source: string): ApiKey[] {
  const keys: ApiKey[] = [];
  const seen = new Set<string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const entries = line.replace(/#.*$/, '').split(',');
    for (const entry of entries.map((part) => part.trim()).filter((part) => part !== '')) {
      const key = parseEntry(entry, `${source}, line ${index + 1}`);
      const hex = key.digest.toString('hex');
      if (seen.has(hex)) throw new ConfigError(`${source}, line ${index + 1}: the key of "${key.id}" is there twice`);
      seen.add(hex);
      keys.push(key);
    }
  }
  if (keys.length === 0) throw new ConfigError(`${source} holds no key`);
  return keys;
}

function parseEntry(entry: string, where: string): ApiKey {
  const [id = '', digest = '', rate, ...rest] = entry.split(':').map((part) => part.trim());
  const fail = (rule: string) => new ConfigError(`${where}: ${rule}`);
  if (!ID.test(id)) throw fail('the id must be 1 to 64 letters, digits, "_", "." or "-"');
  if (!DIGEST.test(digest)) throw fail(`the key of "${id}" must be its SHA-256 in 64 hexadecimal digits`);
  if (rate !== undefined && (!RATE.test(rate) || Number(rate) === 0)) {
    throw fail(`the rate of "${id}" must be a number of requests per second above 0`);
  }
  if (rest.length > 0) throw fail(`the entry of "${id}" must be id:sha256[:requests-per-second]`);
  return { id, digest: Buffer.from(digest, 'hex'), rate: rate === undefined ? null : Number(rate) };
}
