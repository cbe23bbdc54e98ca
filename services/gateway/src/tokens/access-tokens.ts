/**
 * Verifies access tokens of an OpenID provider (RFC 9068, OpenID Connect Discovery): signed by one of the provider's
 * published keys, which may change at any time, issued for this API, and not expired. The result is cached for a
 * minute, so that a caller's token is not verified for each call.
 */
import { isScope, type Scope } from '@mo/contracts';
import { type Logger, ProblemError, sha256, unavailable } from '@mo/service-kit';
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { Caller } from '../access/caller.ts';
import type { MakeMeter } from '../keys/key-ring.ts';
import { once } from '../once.ts';
import type { Meter } from '../rates/meter.ts';
import { keysUrlOf } from './description.ts';
import { Known } from './known.ts';

export interface TokenSettings {
  /** The required `iss` of a token, and the base URL of the provider's description. */
  readonly issuer: string;
  /** The required `aud` of a token. */
  readonly audience: string;
  /** The URL of the provider's keys; if null, it is taken from the provider's description. */
  readonly jwksUrl: string | null;
  /** Requests per second and subject; null for no limit. */
  readonly rate: number | null;
}

const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const TOKEN_LENGTH_MAX = 8_192;
/** Algorithms by which only the provider can sign; never `none`, and never one with a shared secret. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
/** Tolerance for clock differences. */
const CLOCK_TOLERANCE_SECONDS = 10;
/** A token with an unknown key triggers a fetch of the keys, but not more often than this. */
const FETCH_COOLDOWN_MS = 10_000;
/** A key withdrawn by the provider verifies tokens no longer than this; those are then known for KNOWN_MS_MAX more. */
const KEYS_AGE_MS_MAX = 300_000;
const KNOWN_MAX = 10_000;
const KNOWN_MS_MAX = 60_000;
const SUBJECT_LENGTH_MAX = 128;

export class AccessTokens {
  readonly #settings: TokenSettings;
  readonly #timeoutMs: number;
  readonly #makeMeter: MakeMeter;
  readonly #logger: Logger;
  readonly #known = new Known<Caller>(KNOWN_MAX);
  readonly #meters = new Known<Meter>(KNOWN_MAX);
  /** Fetched once; a failure is retried. */
  readonly #providersKeys = once(() => this.#findKeys());

  /** @param timeoutMs how long the provider may take to answer */
  constructor(settings: TokenSettings, timeoutMs: number, makeMeter: MakeMeter, logger: Logger) {
    this.#settings = settings;
    this.#timeoutMs = timeoutMs;
    this.#makeMeter = makeMeter;
    this.#logger = logger;
  }

  /** Whether a credential has the form of a token rather than a key. */
  isToken(text: string): boolean {
    return text.length <= TOKEN_LENGTH_MAX && TOKEN.test(text);
  }

  /**
   * The caller with this token.
   *
   * @throws ProblemError unauthenticated; unavailable if the provider's keys cannot be fetched
   */
  find(token: string): Caller | Promise<Caller> {
    const name = sha256(token).toString('base64');
    return this.#known.find(name) ?? this.#verify(token, name);
  }

  /** @param name the name under which the result is cached */
  async #verify(token: string, name: string): Promise<Caller> {
    const { issuer, audience } = this.#settings;
    try {
      const { payload } = await jwtVerify(token, await this.#providersKeys(), {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        requiredClaims: ['exp', 'sub'],
      });
      const caller = this.#callerOf(payload);
      const untilMs = Math.min(Date.now() + KNOWN_MS_MAX, Number(payload.exp) * 1000);
      this.#known.keep(name, caller, untilMs);
      return caller;
    } catch (error) {
      throw problemOf(error);
    }
  }

  #callerOf(payload: JWTPayload): Caller {
    const id = subjectOf(payload);
    return { id, keyId: null, scopes: scopesOf(payload), meter: this.#meterOf(id) };
  }

  #meterOf(id: string): Meter | null {
    const { rate } = this.#settings;
    if (rate === null) return null;
    const meter = this.#meters.find(id) ?? this.#makeMeter(sha256(id), rate);
    this.#meters.keep(id, meter, Number.POSITIVE_INFINITY);
    return meter;
  }

  async #findKeys(): Promise<JWTVerifyGetKey> {
    const { jwksUrl, issuer } = this.#settings;
    const url = new URL(jwksUrl ?? (await describedBy(issuer, this.#timeoutMs)));
    this.#logger.info({ url: url.href }, 'found the keys of the OpenID provider');
    return createRemoteJWKSet(url, {
      timeoutDuration: this.#timeoutMs,
      cooldownDuration: FETCH_COOLDOWN_MS,
      cacheMaxAge: KEYS_AGE_MS_MAX,
    });
  }
}

/** The server logs the cause of what is unavailable with the request. */
function problemOf(error: unknown): ProblemError {
  const detail = faultOf(error);
  if (detail === null) return unavailable('the keys of the OpenID provider cannot be fetched', error);
  const challenge = `Bearer error="invalid_token", error_description="${detail}"`;
  return new ProblemError('unauthenticated', detail, { headers: { 'www-authenticate': challenge }, cause: error });
}

/** The URL of the keys, from the provider's description. */
async function describedBy(issuer: string, timeoutMs: number): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
  return keysUrlOf(await answer.json(), issuer);
}

/** The fault of a token; null for any other error. */
function faultOf(error: unknown): string | null {
  if (error instanceof errors.JWTExpired) return 'the token has expired';
  if (error instanceof errors.JWTClaimValidationFailed)
    return `the claim ${error.claim} of the token is missing or wrong`;
  if (error instanceof errors.JOSEAlgNotAllowed) return 'the signature algorithm of the token is not allowed';
  const isForged =
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JOSENotSupported;
  return isForged ? 'the token is not a token of the OpenID provider' : null;
}

/** `scope` as in OAuth (RFC 8693), or `scp` as some providers send. Unknown scopes are ignored. */
function scopesOf({ scope, scp }: JWTPayload): ReadonlySet<Scope> {
  const said = scope ?? scp;
  const words = Array.isArray(said) ? said.map(String) : typeof said === 'string' ? said.split(' ') : [];
  return new Set(words.filter(isScope));
}

/** Never equal to the name of a key, which contains no colon. */
function subjectOf({ sub = '' }: JWTPayload): string {
  const id = `oidc:${encodeURIComponent(sub)}`;
  return id.length <= SUBJECT_LENGTH_MAX ? id : `oidc:${sha256(sub).toString('hex')}`;
}
