/** API keys, for administrators, and the audit log. */
import { z } from 'zod';
import { NumberLiteral } from '../json.ts';
import { idParameter, lowerBound, printable, resourceId, timeInput, timeText } from '../scalars.ts';
import { SCOPES } from '../scopes.ts';
import { pageOf, pageQuery } from './pages.ts';

export const KEY_STATUSES = ['active', 'expired', 'revoked'] as const;
export const RATE_MAX = 100_000;
/** The longest time, in seconds, that a replaced key stays valid next to the new one. */
export const OVERLAP_SECONDS_MAX = 30 * 24 * 3600;
/** 1 day. */
export const OVERLAP_SECONDS_DEFAULT = 24 * 3600;
const STATUS_MIN = 100;
const STATUS_MAX = 599;

/** The name of a caller: all keys with the same name belong to one caller. */
const keyName = z
  .string()
  .regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, "_", "." or "-"')
  .meta({ description: 'The caller; keys with the same name are one caller', examples: ['billing'] });

const scope = z.enum(SCOPES).meta({
  id: 'Scope',
  description:
    'What a key may do. With `webhooks:write` it can have all events of all customers sent to itself, and change the webhooks of all callers',
});

const rateInput = z
  .unknown()
  .transform((value, context) => {
    const number = value instanceof NumberLiteral ? Number(value.text) : value;
    if (typeof number === 'number' && number > 0 && number <= RATE_MAX) return number;
    context.addIssue({ code: 'custom', message: `must be a number above 0, of at most ${RATE_MAX}` });
    return z.NEVER;
  })
  .meta({
    override: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: RATE_MAX,
      description: 'Requests per second, over all gateways; unlimited if omitted',
    },
  });

export const apiKey = z
  .object({
    id: resourceId,
    name: keyName,
    hint: z.string().meta({ description: 'The beginning of the key, to identify it', examples: ['mo_4fXq'] }),
    scopes: z.array(scope),
    rate: z.number().nullable().meta({ description: 'Requests per second; null if unlimited' }),
    status: z.enum(KEY_STATUSES),
    created_at: timeText,
    created_by: z.string().meta({ description: 'The caller that created it' }),
    expires_at: timeText.nullable(),
    revoked_at: timeText.nullable(),
    last_used_at: timeText.nullable().meta({ description: 'Accurate to some seconds' }),
  })
  .meta({ id: 'ApiKey', description: 'An API key, without the key itself' });
export type ApiKeyBody = z.infer<typeof apiKey>;

export const createdKey = apiKey
  .extend({ key: z.string().meta({ description: 'The key itself, which is shown only here and stored nowhere' }) })
  .meta({ id: 'CreatedApiKey', description: 'A new API key, with the key itself' });
export type CreatedKeyBody = z.infer<typeof createdKey>;

export const newKey = z
  .strictObject({
    name: keyName,
    scopes: z
      .array(scope)
      .min(1)
      .max(SCOPES.length)
      .refine((scopes) => new Set(scopes).size === scopes.length, 'must name no scope twice')
      .meta({ description: 'What the key may do; `admin` permits everything', uniqueItems: true }),
    rate: rateInput.optional(),
    expires_at: timeInput.optional().meta({ description: 'The expiry, in the future; never if omitted' }),
  })
  .meta({ id: 'NewApiKey', description: 'A key to be created' });
export type NewKey = z.infer<typeof newKey>;

/** How long a replaced key or secret stays valid next to the new one, in seconds. */
export const overlapSeconds = (description: string) =>
  z
    .int(`must be a whole number from 0 to ${OVERLAP_SECONDS_MAX}`)
    .min(0)
    .max(OVERLAP_SECONDS_MAX)
    .default(OVERLAP_SECONDS_DEFAULT)
    .meta({ description });

export const keyRotation = z
  .strictObject({
    overlap_seconds: overlapSeconds('How long the old key keeps working'),
    expires_at: timeInput
      .optional()
      .meta({ description: 'The expiry of the new key, in the future; never if omitted' }),
  })
  .optional()
  .transform((body) => body ?? { overlap_seconds: OVERLAP_SECONDS_DEFAULT, expires_at: undefined })
  .meta({ id: 'KeyRotation', description: 'The replacement of a key' });

export const keyPath = z.strictObject({ key_id: idParameter });
export const keysQuery = z.strictObject({
  ...pageQuery,
  name: keyName.optional().meta({ description: 'Keys of this caller' }),
  status: z.enum(KEY_STATUSES).optional().meta({ description: 'Keys with this status' }),
});
export const keysPage = pageOf(apiKey, 'ApiKeysPage');

const auditEntry = z
  .object({
    id: resourceId,
    at: timeText,
    caller: z.string().meta({ description: 'The name of the key, or the subject of the token' }),
    key_id: resourceId.nullable().meta({ description: 'Null for a token, and for a key from a file' }),
    operation: z.string().meta({ examples: ['takeLoan'] }),
    method: z.string(),
    path: z.string(),
    status: z.int().min(STATUS_MIN).max(STATUS_MAX).meta({ description: 'The status of the answer' }),
    address: z.string().meta({ description: 'The address of the client' }),
    request_id: z.string(),
  })
  .meta({ id: 'AuditEntry', description: 'A request with its caller and outcome' });
export type AuditEntryBody = z.infer<typeof auditEntry>;

export const auditQuery = z.strictObject({
  ...pageQuery,
  caller: printable(1, 200).optional().meta({ description: 'Entries of this caller' }),
  from: lowerBound.optional().meta({ description: 'At or after' }),
  to: timeInput.optional().meta({ description: 'At or before' }),
});
export const auditPage = pageOf(auditEntry, 'AuditPage');
