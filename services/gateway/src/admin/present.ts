import type { ApiKeyBody, AuditEntryBody } from '@mo/contracts';
import type { AuditRow } from '../audit/audit-table.ts';
import type { KeyRow, Time } from '../keys/key-store.ts';

const timeOf = (time: Time): string => new Date(time).toISOString();
const timeOrNull = (time: Time | null): string | null => (time === null ? null : timeOf(time));

export const presentKey = (row: KeyRow): ApiKeyBody => ({
  id: Number(row.id),
  name: row.name,
  hint: row.hint,
  scopes: row.scopes,
  rate: row.rate,
  status: statusOf(row),
  created_at: timeOf(row.created_at),
  created_by: row.created_by,
  expires_at: timeOrNull(row.expires_at),
  revoked_at: timeOrNull(row.revoked_at),
  last_used_at: timeOrNull(row.last_used_at),
});

function statusOf({ revoked_at: revokedAt, is_expired: isExpired }: KeyRow): ApiKeyBody['status'] {
  if (revokedAt !== null) return 'revoked';
  return isExpired === true ? 'expired' : 'active';
}

export const presentEntry = ({ id, at, key_id: keyId, ...row }: AuditRow): AuditEntryBody => ({
  id: Number(id),
  at: timeOf(at),
  key_id: keyId === null ? null : Number(keyId),
  ...row,
});
