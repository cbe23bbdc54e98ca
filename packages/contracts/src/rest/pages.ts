import { z } from 'zod';
import { describedAs } from '../scalars.ts';

export const PAGE_LIMIT_MAX = 200;
const PAGE_LIMIT_DEFAULT = 50;

/** The size of a page, and where it starts. */
export const pageQuery = {
  limit: z
    .string()
    .regex(/^\d{1,3}$/, `must be a whole number from 1 to ${PAGE_LIMIT_MAX}`)
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= PAGE_LIMIT_MAX, `must be from 1 to ${PAGE_LIMIT_MAX}`)
    .default(PAGE_LIMIT_DEFAULT)
    .meta({
      override: describedAs({ type: 'integer', minimum: 1, maximum: PAGE_LIMIT_MAX, default: PAGE_LIMIT_DEFAULT }),
      description: 'The most rows of the page',
    }),
  cursor: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .meta({ description: '`next_cursor` of the previous page, with the same filters' }),
};

/** A page of results; `next_cursor` is null on the last page. */
export const pageOf = <T extends z.ZodType>(item: T, id: string) =>
  z
    .object({
      results: z.array(item),
      next_cursor: z.string().nullable().meta({ description: 'Null on the last page' }),
    })
    .meta({ id });
