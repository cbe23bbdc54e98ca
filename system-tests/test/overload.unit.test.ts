import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { newHistogram } from '@mo/load';
import { Load } from '../src/overload/load.ts';
import { readOptions, UsageError } from '../src/overload/options.ts';
import type { OverloadResult } from '../src/overload/overload.ts';
import { brokenRules } from '../src/overload/rules.ts';
import { newCounts } from '../src/overload/tally.ts';

describe('the command', () => {
  it.each([
    [[], { overloadMs: 300_000, factor: 4 }],
    [['--minutes', '0.05', '--factor', '1'], { overloadMs: 3_000, factor: 1 }],
    [['--minutes', '60', '--factor', '20'], { overloadMs: 3_600_000, factor: 20 }],
    [['--help'], null],
  ])('reads %j', (args, options) => {
    expect(readOptions(args)).toEqual(options);
  });

  it.each([
    [['--minutes', '0'], '--minutes must be a number above 0, up to 60, not "0"'],
    [['--minutes', '61'], '--minutes'],
    [['--minutes', 'x'], '--minutes'],
    [['--factor', '0.5'], '--factor must be a number from 1 to 20'],
    [['--speed', '3'], '--speed'],
  ])('names the error in %j', (args, message) => {
    expect(() => readOptions(args)).toThrow(UsageError);
    expect(() => readOptions(args)).toThrow(message);
  });
});

describe('the load', () => {
  /** The external_ids of writes answered with 201. */
  const acknowledged: string[] = [];
  let server: Server;
  let load: Load;
  beforeAll(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { external_id: name, amount } = JSON.parse(Buffer.concat(chunks).toString() || '{}') as Record<
          string,
          string
        >;
        const isCreated = name !== undefined && amount !== '9999999999.00';
        if (isCreated) acknowledged.push(name);
        response.writeHead(isCreated ? 201 : 200, { 'content-length': 2 }).end('{}');
      });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    load = new Load({ host: '127.0.0.1', port, apiKey: 'k', run: 'run', customerIds: [1, 2] });
  });
  afterAll(async () => {
    await load.close();
    server.closeAllConnections();
    server.close();
  });

  it('records acknowledged writes of all loads, including the first', async () => {
    // A load is empty if the machine stands still for as long as it takes.
    while (acknowledged.length === 0) await load.run({ level: { connections: 4 }, durationMs: 100 });
    const before = acknowledged.length;
    await load.run({ level: { perSecond: 500 }, durationMs: 200 });
    expect(acknowledged.length).toBeGreaterThan(before);
    const { customer, loan, payment } = load.created;
    const known = [
      ...customer.map((number) => `run-customer-${number}`),
      ...loan.map((number) => `run-loan-${number}`),
      ...payment.map((number) => `run-payment-${number}`),
    ];
    expect(known.toSorted()).toEqual(acknowledged.toSorted());
  });
});

it('an overload of one sample breaks no memory rule', () => {
  const sample = { atMs: 0, residentMib: 100, heapMib: 50, cpuSeconds: 1, queues: new Map<string, number>() };
  const stretch = { seconds: 1, sent: 1, unsent: 0, socketsMax: 1, lateMsMax: 0, cpuShare: 0 };
  const counts = { ...newCounts(), done: 1, doneLatency: newHistogram() };
  const result: OverloadResult = {
    callers: 1,
    best: { ...stretch, counts },
    overload: { ...stretch, counts },
    offeredPerSecond: 4,
    samples: new Map([['loans', [sample]]]),
    recoveredMs: 1,
    settledMs: 1,
    lost: [],
  };
  expect(brokenRules(result)).toEqual([]);
  const grown = [100, 100, 200].map((residentMib) => ({ ...sample, residentMib }));
  expect(brokenRules({ ...result, samples: new Map([['loans', grown]]) })).toEqual(['loans grew from 100 to 200 MiB']);
});
