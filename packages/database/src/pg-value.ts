/** pg's own conversion of parameters, from a module that its types do not declare. */
import { createRequire } from 'node:module';

interface PgUtils {
  /** The text or bytes of a parameter's value, as pg sends it; null for null and undefined. */
  readonly prepareValue: (value: unknown) => unknown;
}

export const { prepareValue } = createRequire(import.meta.url)('pg/lib/utils.js') as PgUtils;
