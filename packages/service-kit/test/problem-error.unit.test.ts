import { PROBLEMS, type ProblemCode, problem } from '@mo/contracts';
import { answerProblem, invalid, ProblemError, problemBody, unavailable } from '../src/index.ts';

it.each(Object.keys(PROBLEMS) as ProblemCode[])('%s has the body that the contract promises', (code) => {
  const body = problemBody(new ProblemError(code, 'because'), 'r1');
  expect(problem.parse(body)).toEqual({
    type: `urn:mo:problem:${code}`,
    title: PROBLEMS[code].title,
    status: PROBLEMS[code].status,
    code,
    detail: 'because',
    instance: 'urn:mo:request:r1',
  });
});

it('further members and fields are part of the body, the cause is not', () => {
  const error = new ProblemError('credit_limit_exceeded', 'too much', {
    members: { available_amount: '1.00' },
    errors: [{ pointer: '/amount', in: 'body', code: 'invalid', detail: 'is too much' }],
    cause: new Error('inner detail'),
  });
  const { body, status } = answerProblem(error, 'r1');
  expect(status).toBe(422);
  expect(JSON.parse(body)).toMatchObject({
    available_amount: '1.00',
    errors: [{ pointer: '/amount', in: 'body', code: 'invalid', detail: 'is too much' }],
  });
  expect(body).not.toContain('inner detail');
  expect(error.cause).toEqual(new Error('inner detail'));
});

it('an unavailability contains when to retry', () => {
  expect(answerProblem(unavailable('not now'), 'r1')).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
});

it('a field has a code of the list, which the compiler checks', () => {
  // @ts-expect-error: the list has no such code
  expect(invalid('body', '/a', 'is odd', 'odd').status).toBe(400);
});

it('a single invalid field is named in the text and in the errors', () => {
  const error = invalid('query', '/cursor', 'is odd');
  expect(error.message).toBe('cursor is odd');
  expect(error.errors).toEqual([{ pointer: '/cursor', in: 'query', code: 'invalid', detail: 'is odd' }]);
  expect(invalid('body', '', 'is odd').message).toBe('body is odd');
});
