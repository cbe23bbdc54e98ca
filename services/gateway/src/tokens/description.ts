/**
 * The URL of a provider's keys (OpenID Connect Discovery 1.0, 4.3).
 *
 * @param description the answer at `/.well-known/openid-configuration`
 * @throws Error if it describes another provider, names no keys, or names keys without transport encryption
 */
export function keysUrlOf(description: unknown, issuer: string): string {
  const { jwks_uri: keys, issuer: named } = (description ?? {}) as { jwks_uri?: unknown; issuer?: unknown };
  if (named !== issuer) throw new Error(`this is the description of ${String(named)}, not of ${issuer}`);
  if (typeof keys !== 'string' || !URL.canParse(keys)) throw new Error(`the description of ${issuer} has no jwks_uri`);
  // Keys sent without encryption could be forged.
  const isSafe = new URL(keys).protocol === 'https:' || issuer.startsWith('http:');
  if (!isSafe) throw new Error(`the jwks_uri of ${issuer} does not use TLS`);
  return keys;
}
