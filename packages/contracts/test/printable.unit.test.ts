import { z } from 'zod';
import { type Operation, operations } from '../src/index.ts';

/** PostgreSQL has no text that holds it. */
const NUL = '\u0000';

const all = Object.values<Operation>(operations);

/** What a list is told by `next_cursor` is read as such, and refused there. */
const CURSOR = 'cursor';

const queries = all.flatMap(({ id, query }) =>
  query instanceof z.ZodObject
    ? Object.entries(query.shape as Record<string, z.ZodType>).flatMap(([name, schema]) =>
        name === CURSOR ? [] : [[`${id}?${name}`, schema] as const],
      )
    : [],
);
const bodies = all.flatMap(({ id, body }) =>
  body instanceof z.ZodObject
    ? Object.entries(body.shape as Record<string, z.ZodType>).map(
        ([name, schema]) => [`${id} ${name}`, schema] as const,
      )
    : [],
);

it('there are queries and bodies to look at', () => {
  expect(queries.length).toBeGreaterThan(40);
  expect(bodies.length).toBeGreaterThan(15);
});

it.each([...queries, ...bodies])('%s holds no byte that no text has', (_name, schema) => {
  expect(schema.safeParse(NUL).success).toBe(false);
  expect(schema.safeParse(`a${NUL}b`).success).toBe(false);
});
