/** Direct calls to a service, with the certificate of one of the stack's processes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import type { ServiceName } from '@mo/contracts';
import { identityDirOf, type Stack } from '@mo/dev-stack';

export type Caller = ServiceName | 'gateway';

/** The connection options of `caller` for a service. */
export function certifiedAs(caller: Caller, stack: Stack, service: ServiceName): ConnectionOptions {
  const read = (file: string) => readFileSync(join(identityDirOf(stack.dir, caller), file), 'utf8');
  return { ca: read('ca.crt'), cert: read('tls.crt'), key: read('tls.key'), servername: service };
}

/** The TLS URL of a service. */
export function apiUrlOf(stack: Stack, service: ServiceName): string {
  return stack.stack()[service]?.apiUrl as string;
}
