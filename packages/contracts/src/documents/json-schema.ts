/** How our schemas are written in JSON Schema, in every document. */
import type { z } from 'zod';

/** RFC 3339 in the years that we accept; valid days are left to the format. */
const TIME = '^[1-9]\\d{3}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:[0-5]\\d(\\.\\d+)?';
const UTC = 'Z$';
const OFFSET = '(Z|[+-]\\d{2}:\\d{2})$';

/** Gives times a legible pattern, and omits the bounds of safe integers, which apply to any integer. */
export function readable({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  const { format, pattern = '', minimum, maximum } = jsonSchema;
  if (format === 'date-time') jsonSchema.pattern = TIME + (pattern.includes('[+-]') ? OFFSET : UTC);
  if (minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
}
