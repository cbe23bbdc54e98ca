import { parseJson, resourceId } from '@mo/contracts';
import { z } from 'zod';
import { FIELD_ERRORS_MAX, NAME_LENGTH_MAX, ProblemError, validate } from '../src/index.ts';

function problemOf(schema: z.ZodType, value: unknown, where: 'body' | 'query' = 'body'): ProblemError {
  try {
    validate(schema, value, where);
  } catch (error) {
    if (error instanceof ProblemError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

const loan = z.strictObject({ name: z.string(), lines: z.array(z.strictObject({ amount: z.int().min(1) })) });

it('a valid input is returned as the schema transforms it', () => {
  expect(validate(z.object({ limit: z.string().transform(Number) }), { limit: '5' }, 'query')).toEqual({ limit: 5 });
});

it('each field that breaks a rule is named by its JSON Pointer, with the rule', () => {
  const problem = problemOf(loan, { name: 1, lines: [{ amount: 1 }, { amount: 0 }] });
  expect(problem).toMatchObject({ code: 'invalid_request', status: 400 });
  expect(problem.errors).toEqual([
    { pointer: '/name', in: 'body', code: 'invalid_type', detail: 'must be a string' },
    { pointer: '/lines/1/amount', in: 'body', code: 'too_small', detail: 'must be at least 1' },
  ]);
  expect(problem.message).toMatch(/^name .+; lines\/1\/amount .+$/);
});

it('a field that is missing is required, at any depth', () => {
  expect(problemOf(loan, { lines: [{}] }).errors).toEqual([
    { pointer: '/name', in: 'body', code: 'required', detail: 'is required' },
    { pointer: '/lines/0/amount', in: 'body', code: 'required', detail: 'is required' },
  ]);
});

it('a wrong type, a wrong word and a parameter given twice are named in plain words', () => {
  const schema = z.strictObject({ status: z.enum(['active', 'inactive']), size: z.int(), sure: z.boolean() });
  expect(problemOf(schema, { status: 'closed', size: [], sure: 1 }).errors).toEqual([
    { pointer: '/status', in: 'body', code: 'invalid_value', detail: 'must be one of active, inactive' },
    { pointer: '/size', in: 'body', code: 'invalid_type', detail: 'must be a number' },
    { pointer: '/sure', in: 'body', code: 'invalid_type', detail: 'must be true or false' },
  ]);
  expect(problemOf(schema, []).message).toBe('body must be an object');
  const twice = problemOf(z.strictObject({ limit: z.string() }), { limit: ['1', '2'] }, 'query');
  expect(twice.errors).toEqual([{ pointer: '/limit', in: 'query', code: 'repeated', detail: 'must be given once' }]);
  const status = z.strictObject({ status: z.enum(['active', 'inactive']) });
  const { errors } = problemOf(status, { status: ['active', 'active'] }, 'query');
  expect(errors).toEqual([{ pointer: '/status', in: 'query', code: 'repeated', detail: 'must be given once' }]);
});

it('a bound is named in plain words', () => {
  const schema = z.strictObject({
    size: z.int().max(9),
    name: z.string().min(1),
    code: z.string().max(2),
    some: z.array(z.int()).min(1),
    few: z.array(z.int()).max(2),
  });
  const { errors = [] } = problemOf(schema, { size: 10, name: '', code: 'abc', some: [], few: [1, 2, 3] });
  expect(errors.map(({ code, detail }) => [code, detail])).toEqual([
    ['too_big', 'must be at most 9'],
    ['too_small', 'must have at least 1 character'],
    ['too_big', 'must have at most 2 characters'],
    ['too_small', 'must have at least 1 item'],
    ['too_big', 'must have at most 2 items'],
  ]);
});

it.each(['1.5', '1e2', '12345678901234567'])('%s is not the whole number that is asked for', (number) => {
  expect(problemOf(resourceId, parseJson(number)).errors).toEqual([
    {
      pointer: '',
      in: 'body',
      code: 'invalid_type',
      detail: 'must be a whole number of at most 15 digits, without exponent',
    },
  ]);
  expect(problemOf(z.string(), parseJson(number)).errors?.[0]?.detail).toBe('must be a string');
});

it('a rule with a message of its own is reported with that message', () => {
  const even = z.strictObject({ size: z.int().refine((size) => size % 2 === 0, 'must be even') });
  expect(problemOf(even, { size: 1 }).errors).toEqual([
    { pointer: '/size', in: 'body', code: 'invalid', detail: 'must be even' },
  ]);
  const some = z.strictObject({ size: z.int('must be some').min(2, 'must be several') });
  expect(problemOf(some, { size: 'x' }).errors?.[0]?.detail).toBe('must be some');
  expect(problemOf(some, { size: 1 }).errors?.[0]?.detail).toBe('must be several');
});

it('each unknown member is named', () => {
  const problem = problemOf(loan, { name: 'x', lines: [{ amount: 1, 'a/b': 1 }], colour: 'red', size: 1 });
  expect(problem.errors).toEqual([
    { pointer: '/lines/0/a~1b', in: 'body', code: 'unknown_member', detail: 'is unknown' },
    { pointer: '/colour', in: 'body', code: 'unknown_member', detail: 'is unknown' },
    { pointer: '/size', in: 'body', code: 'unknown_member', detail: 'is unknown' },
  ]);
});

it('people read a name as it was sent', () => {
  expect(problemOf(z.strictObject({}), { 'a/b~c': 1, '': 2 }).message).toBe('a/b~c is unknown; "" is unknown');
  expect(problemOf(z.strictObject({}), { '': 1 }).errors?.[0]?.pointer).toBe('/');
});

it('of a long name only the beginning is repeated', () => {
  const { message, errors } = problemOf(z.strictObject({}), {
    ['x'.repeat(900_000)]: 1,
    ['y'.repeat(NAME_LENGTH_MAX)]: 1,
  });
  const [x, y] = [`${'x'.repeat(NAME_LENGTH_MAX)}…`, 'y'.repeat(NAME_LENGTH_MAX)];
  expect(message).toBe(`${x} is unknown; ${y} is unknown`);
  expect(errors?.map(({ pointer }) => pointer)).toEqual([`/${x}`, `/${y}`]);
});

it('a rule that the list of codes does not have is `invalid`', () => {
  const { errors } = problemOf(z.strictObject({ size: z.int().multipleOf(2, 'must be even') }), { size: 1 });
  expect(errors).toEqual([{ pointer: '/size', in: 'body', code: 'invalid', detail: 'must be even' }]);
});

it('~ and / in a name are escaped by RFC 6901, in this order', () => {
  const odd = z.strictObject({ '~/': z.strictObject({ '~1': z.int() }) });
  expect(problemOf(odd, { '~/': { '~1': 'x' } }).errors?.[0]?.pointer).toBe('/~0~1/~01');
});

it('of a value of a wrong type only the type is named', () => {
  const schema = z.strictObject({ some: z.array(z.int()).min(1).max(9), name: z.string().min(1) });
  expect(problemOf(schema, { some: 'longer than nine', name: '' }).errors).toEqual([
    { pointer: '/some', in: 'body', code: 'invalid_type', detail: 'must be a list' },
    { pointer: '/name', in: 'body', code: 'too_small', detail: 'must have at least 1 character' },
  ]);
});

it('a missing body is reported as such', () => {
  const problem = problemOf(loan, undefined);
  expect(problem.errors).toEqual([{ pointer: '', in: 'body', code: 'required', detail: 'is required' }]);
  expect(problem.message).toBe('body is required');
});

it('reports the part of the request with the field, such as the query', () => {
  expect(problemOf(z.strictObject({}), { limit: '1' }, 'query').errors?.[0]).toMatchObject({
    in: 'query',
    pointer: '/limit',
  });
});

it('names no more than a hundred fields', () => {
  const unknown = Object.fromEntries(Array.from({ length: FIELD_ERRORS_MAX * 3 }, (_, n) => [`m${n}`, n]));
  expect(problemOf(z.strictObject({}), unknown).errors).toHaveLength(FIELD_ERRORS_MAX);
});
