/** A caller, identified by a key or a token. */
import { mayDo, type Scope } from '@mo/contracts';
import { ProblemError } from '@mo/service-kit';
import type { Meter } from '../rates/meter.ts';

export interface Caller {
  /** The name of the caller in idempotency keys, logs and the audit log. */
  readonly id: string;
  /** The id of the key in the store; null for a key from a file, and for a token. */
  readonly keyId: number | null;
  readonly scopes: ReadonlySet<Scope>;
  /** Null for a caller without a rate limit. */
  readonly meter: Meter | null;
}

/** @throws ProblemError forbidden, which names the missing scope */
export function requireScope({ scopes }: Caller, needed: Scope): void {
  if (mayDo(scopes, needed)) return;
  throw new ProblemError('forbidden', `this operation needs the scope ${needed}`, {
    members: { required_scope: needed },
    headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${needed}"` },
  });
}
