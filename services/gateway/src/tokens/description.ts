/**
 * Where a provider says that its keys are (OpenID Connect Discovery 1.0, 4.3).
 *
 * @param description what it answers at `/.well-known/openid-configuration`
 * @throws Error where it is another provider's, names no keys, or names some that would come in the clear
 */
export function keysUrlOf(description: unknown, issuer: string): string {
  const { jwks_uri: keys, issuer: named } = (description ?? {}) as { jwks_uri?: unknown; issuer?: unknown };
  if (named !== issuer) throw new Error(`this is the description of ${String(named)}, not of ${issuer}`);
  if (typeof keys !== 'string' || !URL.canParse(keys)) throw new Error(`the description of ${issuer} has no jwks_uri`);
  // Keys that come in the clear could be anybody's.
  const isSafe = new URL(keys).protocol === 'https:' || issuer.startsWith('http:');
  if (!isSafe) throw new Error(`the jwks_uri of ${issuer} is without TLS`);
  return keys;
}
