/** Keys as administrators see them. */
import { presentKey } from '../src/admin/present.ts';

const AT = '2026-01-01T00:00:00.000Z';
const row = {
  id: '7',
  name: 'shop',
  hint: 'mo_abcd',
  scopes: ['loans:read' as const],
  rate: null,
  created_at: AT,
  created_by: 'root',
  expires_at: AT,
  revoked_at: null,
  last_used_at: null,
  is_expired: false,
};

it.each([
  ['active', {}],
  ['expired', { is_expired: true }],
  ['revoked', { revoked_at: AT }],
  ['revoked', { revoked_at: AT, is_expired: true }],
])('a key is %s with %j', (status, more) => {
  expect(presentKey({ ...row, ...more })).toMatchObject({ id: 7, status });
});
