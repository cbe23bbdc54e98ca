/**
 * What a caller may do. A scope permits reading or writing one kind of resource. `write` does not include `read`.
 * Webhooks receive events of all three resources, whatever other scopes their creator has, so `webhooks:write` includes
 * what the events of all customers contain. Both scopes of webhooks concern those of all callers. `admin` permits
 * everything, including keys and the audit log. Every operation names the one scope that it needs.
 */
export const SCOPES = [
  'customers:read',
  'customers:write',
  'loans:read',
  'loans:write',
  'payments:read',
  'payments:write',
  'webhooks:read',
  'webhooks:write',
  'admin',
] as const;

export type Scope = (typeof SCOPES)[number];

/** Whether a text names a scope. */
export const isScope = (text: string): text is Scope => (SCOPES as readonly string[]).includes(text);

/** Whether a caller with these scopes may do what needs another. */
export const mayDo = (scopes: ReadonlySet<Scope>, needed: Scope): boolean => scopes.has(needed) || scopes.has('admin');
