import { jest } from '@jest/globals';
import { MoClient } from '../src/index.ts';
import { TIME_LIMIT_MS_MAX } from '../src/time-limit.ts';
import { QUICK, thrown } from './stand-in.ts';

const SECOND_MS = 1_000;

describe('a time limit beyond what timers know', () => {
  beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] }));
  afterEach(() => jest.useRealTimers());

  /** A call that is never answered, and what it threw. */
  function start(timeoutMs: number, retry = {}) {
    const hang: typeof fetch = (_url, options) =>
      new Promise((_resolve, reject) => options?.signal?.addEventListener('abort', () => reject(new Error('aborted'))));
    const limits = { ...QUICK, attemptTimeoutMs: Number.POSITIVE_INFINITY, ...retry };
    const client = new MoClient({ url: 'http://x', apiKey: 'k', retry: limits, fetch: hang });
    const call: { error?: unknown } = {};
    void thrown(client.loans.get(1, { timeoutMs })).then((error) => Object.assign(call, { error }));
    return call;
  }

  it.each([2 ** 31, Number.POSITIVE_INFINITY])('of %d ms is 24 days', async (timeoutMs) => {
    const call = start(timeoutMs);
    await jest.advanceTimersByTimeAsync(TIME_LIMIT_MS_MAX - SECOND_MS);
    expect(call).toEqual({});
    await jest.advanceTimersByTimeAsync(SECOND_MS);
    expect(call).toMatchObject({ error: { name: 'NoAnswerError', isTimeout: true, attempts: 1 } });
  });
});

describe('a time limit', () => {
  it.each([Number.NaN, Number.NEGATIVE_INFINITY, -1, 0])('of %d ms is refused', async (timeoutMs) => {
    const urls: unknown[] = [];
    const answer: typeof fetch = (url) => {
      urls.push(url);
      return Promise.resolve(Response.json({}));
    };
    const client = new MoClient({ url: 'http://x', apiKey: 'k', fetch: answer });
    const error = await thrown(client.loans.get(1, { timeoutMs }));
    expect(error).toEqual(new TypeError(`timeoutMs must be above 0, not ${timeoutMs}`));
    expect(urls).toEqual([]);
  });
});

it('a wait that an answer asks for ends the call where no timer is as long', async () => {
  const headers = { 'content-type': 'application/problem+json', 'retry-after': String(TIME_LIMIT_MS_MAX) };
  const body = { code: 'unavailable', status: 503, detail: 'later' };
  const busy: typeof fetch = () => Promise.resolve(new Response(JSON.stringify(body), { status: 503, headers }));
  const client = new MoClient({ url: 'http://x', apiKey: 'k', retry: QUICK, fetch: busy });
  const error = await thrown(client.loans.get(1, { timeoutMs: Number.POSITIVE_INFINITY }));
  expect(error).toMatchObject({ code: 'unavailable', attempts: 1, retryAfterMs: TIME_LIMIT_MS_MAX * SECOND_MS });
});
