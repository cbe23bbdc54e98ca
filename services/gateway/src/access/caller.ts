/** Who calls, as the gateway knows it once it has seen a key or a token. */
import { mayDo, type Scope } from '@mo/contracts';
import { ProblemError } from '@mo/service-kit';
import type { Meter } from '../rates/meter.ts';

export interface Caller {
  /** What idempotency keys, logs and the audit log name. */
  readonly id: string;
  /** The key in the store; null for one that stands in a file, and for a token. */
  readonly keyId: number | null;
  readonly scopes: ReadonlySet<Scope>;
  /** Null for who may call as often as it likes. */
  readonly meter: Meter | null;
}

/** @throws ProblemError forbidden, which names the scope */
export function requireScope({ scopes }: Caller, needed: Scope): void {
  if (mayDo(scopes, needed)) return;
  throw new ProblemError('forbidden', `this needs the scope ${needed}`, {
    members: { required_scope: needed },
    headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${needed}"` },
  });
}
