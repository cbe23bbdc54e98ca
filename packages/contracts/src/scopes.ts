/**
 * What a caller may do: read or write one kind of resource, each by itself (a webhook is told of all three), or `admin` for everything, keys and the audit
 * log included. Every operation names the one that it needs.
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

/** Whether a text is the name of a scope. */
export const isScope = (text: string): text is Scope => (SCOPES as readonly string[]).includes(text);

/** Whether who has some scopes may do what needs one. */
export const mayDo = (scopes: ReadonlySet<Scope>, needed: Scope): boolean => scopes.has(needed) || scopes.has('admin');
