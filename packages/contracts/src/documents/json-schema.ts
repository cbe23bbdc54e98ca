/** How a schema of ours reads in JSON Schema, whichever document it stands in. */
import type { z } from 'zod';

/** RFC 3339 in the years that we take; which days there are is left to the format. */
const TIME = '^[1-9]\\d{3}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:[0-5]\\d(\\.\\d+)?';
const UTC = 'Z$';
const OFFSET = '(Z|[+-]\\d{2}:\\d{2})$';

/** Says times in a pattern that can be read, and leaves out the bounds that any whole number has. */
export function readable({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  const { format, pattern = '', minimum, maximum } = jsonSchema;
  if (format === 'date-time') jsonSchema.pattern = TIME + (pattern.includes('[+-]') ? OFFSET : UTC);
  if (minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
}
