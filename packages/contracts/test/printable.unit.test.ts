import { z } from 'zod';
import { type Operation, operations } from '../src/index.ts';

/** PostgreSQL's text can't contain it. */
const NUL = '\u0000';

const all = Object.values<Operation>(operations);

/** A cursor is decoded, and refused if it is malformed. */
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

it('queries and bodies are found', () => {
  expect(queries.length).toBeGreaterThan(40);
  expect(bodies.length).toBeGreaterThan(15);
});

it.each([...queries, ...bodies])('%s permits no NUL byte, because PostgreSQL has no text with it', (_name, schema) => {
  expect(schema.safeParse(NUL).success).toBe(false);
  expect(schema.safeParse(`a${NUL}b`).success).toBe(false);
});
