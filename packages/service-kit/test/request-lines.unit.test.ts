/** The line of a request, put together here, beside what pino makes of the same. */
import { createLogger } from '../src/index.ts';
import { type RequestLine, RequestLines } from '../src/request-lines.ts';

const LINE: RequestLine = {
  requestId: 'r-1.2:3_4',
  traceId: '0af7651916cd43dd8448eb211c80319c',
  caller: null,
  address: null,
  method: 'GET',
  path: '/customers/12/balance',
  status: 200,
  problem: null,
  isWhole: true,
  durationMs: 1.23,
};

/** Two ways to log, and what they have written. */
function twoWays() {
  const written: string[] = [];
  const logger = createLogger('test', 'info', { write: (line) => void written.push(line) }).child({ replica: 'a "2"' });
  return { logger, lines: new RequestLines(logger), written };
}

const withoutTime = (line: string | undefined) => line?.replace(/"time":"\d{4}-\d\d-\d\dT[\d:.]{12}Z"/, '"time":…');

it.each<[string, Partial<RequestLine>]>([
  ['that went well', {}],
  ['without a trace', { traceId: undefined }],
  ['on no route of ours', { path: undefined, status: 404, problem: 'not_found' }],
  ['whose answer was not sent whole', { isWhole: false }],
  ['of a caller with a stored key', { caller: { id: 'shop', keyId: 7 }, address: '203.0.113.7' }],
  ['of a caller whose key has no id', { caller: { id: 'oidc:a%20b', keyId: null }, address: '2001:db8::7' }],
  ['of a caller that JSON cannot take as it is', { caller: { id: 'a"b\\\n', keyId: null }, address: 'fe80::1%"' }],
  ['with a path and a method that JSON cannot take as they are', { path: '/a"b\\\n\u2028é', method: 'G"ET' }],
])('a request %s has the line that pino would write', (_, more) => {
  const { logger, lines, written } = twoWays();
  const { requestId, traceId, caller, address, problem, isWhole, durationMs, ...rest } = { ...LINE, ...more };
  const told = {
    requestId,
    traceId,
    ...(caller !== null && { caller: caller.id }),
    ...(caller?.keyId != null && { keyId: caller.keyId }),
    ...(address !== null && { address }),
    ...rest,
    ...(problem !== null && { problem }),
    ...(!isWhole && { isWhole }),
    durationMs,
  };
  logger.warn(told, 'request');
  lines.write('warn', { ...LINE, ...more });
  expect(written).toHaveLength(2);
  expect(withoutTime(written[1])).toBe(withoutTime(written[0]));
  expect(JSON.parse(written[1] ?? '')).toMatchObject({ level: 'warn', replica: 'a "2"', msg: 'request' });
});

it('a duration is rounded to a hundredth of a millisecond', () => {
  const { lines, written } = twoWays();
  lines.write('info', { ...LINE, durationMs: 12.345678 });
  expect(JSON.parse(written[0] ?? '')).toMatchObject({ durationMs: 12.35 });
});
