/**
 * Parses API keys of the form `id:sha256-hex-of-the-key[:requests-per-second[:scopes]]`, separated by new lines or
 * commas, with `#` comments. Scopes are separated by `+`; a key without scopes has all permissions. Only the hash is
 * stored anywhere. The id names the caller, who may have several keys at once, so that a key is replaced without a gap.
 */
import { isScope, SCOPES, type Scope } from '@mo/contracts';
import { ConfigError } from '@mo/service-kit';
import type { ApiKey } from './api-key.ts';

const ID = /^[\w.-]{1,64}$/;
const DIGEST = /^[0-9a-f]{64}$/i;
const RATE = /^\d{1,6}(\.\d{1,3})?$/;
const EVERYTHING: readonly Scope[] = ['admin'];

export interface ParsedKeys {
  readonly keys: ApiKey[];
  /** What is wrong with each entry that was left out, by line. Contains nothing of it: it may be a key in clear text. */
  readonly faults: string[];
}

/** Parses keys, and leaves out what is not valid. */
export function parseKeys(text: string): ParsedKeys {
  const keys = new Map<string, ApiKey>();
  const faults: string[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const entries = line.replace(/#.*$/, '').split(',');
    const given = entries.map((part) => part.trim()).filter((part) => part !== '');
    for (const [place, entry] of given.entries()) {
      const key = parseEntry(entry);
      const hex = typeof key === 'string' ? '' : key.digest.toString('hex');
      const fault = typeof key === 'string' ? key : keys.has(hex) ? 'the key occurs twice' : null;
      if (fault === null) keys.set(hex, key as ApiKey);
      else faults.push(`line ${index + 1}${given.length > 1 ? `, entry ${place + 1}` : ''}: ${fault}`);
    }
  }
  return { keys: [...keys.values()], faults };
}

/**
 * Parses keys that must all be valid.
 *
 * @param source the name of the text in errors
 * @throws ConfigError that names the line and the rule, and never contains a key
 */
export function parseValidKeys(text: string, source: string): ApiKey[] {
  const { keys, faults } = parseKeys(text);
  if (faults.length > 0) throw new ConfigError(`${source}, ${faults[0]}`);
  return keys;
}

/** @returns the rule that is broken, if the entry is not valid */
function parseEntry(entry: string): ApiKey | string {
  const [id = '', digest = '', rate = '', ...rest] = entry.split(':').map((part) => part.trim());
  if (!ID.test(id)) return 'the id must be 1 to 64 letters, digits, "_", "." or "-"';
  if (!DIGEST.test(digest)) return 'the key must be its SHA-256 in 64 hexadecimal digits';
  if ((rate !== '' || entry.endsWith(':')) && (!RATE.test(rate) || Number(rate) === 0)) {
    return 'the rate must be a number of requests per second above 0';
  }
  const scopes = rest.length === 0 ? EVERYTHING : rest.join(':').split('+');
  if (!scopes.every(isScope)) return `each scope must be one of ${SCOPES.join(', ')}`;
  return {
    caller: id,
    keyId: null,
    digest: Buffer.from(digest, 'hex'),
    scopes: new Set(scopes),
    rate: rate === '' ? null : Number(rate),
    expiresAtMs: null,
  };
}
