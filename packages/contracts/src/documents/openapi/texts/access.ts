import type { ApiKeyBody, AuditEntryBody } from '../../../rest/keys.ts';
import type { OperationText } from '../text.ts';
import { idInvalid, LIMIT_INVALID, only } from '../text.ts';
import { lastPage } from './story.ts';

const KEY_ID = 12;
const NO_STORE = 'Keys from the environment or a file of the gateway are not included.';

const key: ApiKeyBody = {
  id: KEY_ID,
  name: 'billing',
  hint: 'mo_4fXq',
  scopes: ['payments:read', 'payments:write'],
  rate: 50,
  status: 'active',
  created_at: '2026-01-31T09:30:00.000Z',
  created_by: 'ops',
  expires_at: '2027-01-31T00:00:00.000Z',
  revoked_at: null,
  last_used_at: '2026-03-01T12:00:00.000Z',
};
const unused = { ...key, last_used_at: null };
const created = { ...unused, key: 'mo_4fXqH8cE0rP2mZk7TjYwVb1sLd9uNg5aQxRi6oKfJtU' };

const entry: AuditEntryBody = {
  id: 4711,
  at: '2026-03-01T12:00:00.040Z',
  caller: 'billing',
  key_id: KEY_ID,
  operation: 'makePayment',
  method: 'POST',
  path: '/api/payments',
  status: 201,
  address: '203.0.113.7',
  request_id: '0b6f9c1e-3c1f-4f57-8a52-5d2f6b0f7a11',
};

export const createKey: OperationText = {
  description: [
    'The key is shown only in this answer, because only its hash is stored. It works at once at the gateway that created it, and within two seconds at all others.',
    '`scopes` lists what the key permits: reading and writing are separate, and `admin` permits everything. Keys with the same `name` are one caller, to which idempotency keys belong.',
  ].join('\n\n'),
  request: {
    'application/json': only('A key that pays, until next year', {
      name: 'billing',
      scopes: ['payments:read', 'payments:write'],
      rate: 50,
      expires_at: '2027-01-31T00:00:00Z',
    }),
  },
  answers: { 201: only('The key, shown this once', created) },
  invalid: { pointer: '/scopes', in: 'body', code: 'invalid', detail: 'must name no scope twice' },
  missing: 'database of API keys at this gateway',
};

export const listKeys: OperationText = {
  description: `All keys, or those that match the filters. ${NO_STORE}`,
  answers: { 200: only('A key', lastPage(key)) },
  invalid: LIMIT_INVALID,
  missing: 'database of API keys at this gateway',
};

export const getKey: OperationText = {
  description: `The key's data, without the key itself. ${NO_STORE}`,
  answers: { 200: only('A key', key) },
  invalid: idInvalid('key_id'),
  missing: `key ${KEY_ID}`,
};

export const rotateKey: OperationText = {
  description:
    'Creates a key with the same name, scopes and rate. The old key expires after `overlap_seconds` (default: one day), but never later than before. Until then both keys work, so that callers can switch without an interruption.',
  request: { 'application/json': only('The old key works for another hour', { overlap_seconds: 3600 }) },
  answers: { 201: only('The new key, shown only here', { ...created, id: KEY_ID + 1 }) },
  invalid: {
    pointer: '/overlap_seconds',
    in: 'body',
    code: 'invalid',
    detail: 'must be a whole number from 0 to 2592000',
  },
  missing: `key ${KEY_ID}`,
};

export const revokeKey: OperationText = {
  description:
    'The key is refused from now on: at once at the gateway that handles the request, and within two seconds at all others. A key that is already revoked does not change.',
  request: { 'application/json': only('An empty body', {}) },
  answers: {
    200: only('The key, revoked', { ...key, status: 'revoked', revoked_at: '2026-03-02T08:00:00.000Z' }),
  },
  invalid: idInvalid('key_id'),
  missing: `key ${KEY_ID}`,
};

export const listAudit: OperationText = {
  description:
    'Every write, every action of an administrator, and every request that was refused for a missing scope: with its caller, address and outcome. Entries appear within a second.',
  answers: { 200: only('A payment', lastPage(entry)) },
  invalid: LIMIT_INVALID,
  missing: 'audit log at this gateway',
};
