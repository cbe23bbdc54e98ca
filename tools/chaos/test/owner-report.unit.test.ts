import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Random } from '@mo/dev-stack/random';
import { Caller } from '../src/clients/caller.ts';
import { Recovery } from '../src/faults/recovery.ts';
import { Ledger } from '../src/ledger.ts';
import { Tally } from '../src/tally.ts';
import { Hook } from '../src/webhooks/hook.ts';
import { Owner } from '../src/webhooks/owner.ts';
import { Receiver } from '../src/webhooks/receiver.ts';

const EMPTY = { results: [], next_cursor: null };

const tally = new Tally();
let api: Server;
let caller: Caller;
let receiver: Receiver;
beforeAll(async () => {
  api = createServer((_request, response) => response.end(JSON.stringify(EMPTY))).listen(0, '127.0.0.1');
  await once(api, 'listening');
  const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
  caller = new Caller({ url, apiKey: '', tally, recovery: new Recovery() });
  receiver = await Receiver.start({ random: new Random(7, 'receiver'), tally, onAccepted: () => {} });
});
afterAll(async () => {
  await caller.close();
  receiver.close();
  api.close();
});

it('the calls of checks are not in the report', async () => {
  const random = new Random(7, 'owner');
  const owner = new Owner({ caller, receiver, ledger: new Ledger(), tally, random, nameOf: (kind) => kind });
  expect(await owner.isPending(new Hook('hook', ['LoanTaken'], tally.violate))).toBe(false);
  expect(await owner.differences()).toEqual([]);
  expect(tally).toMatchObject({ operations: 0, attempts: 0, violations: [] });
  expect(tally.answers).toEqual(new Map());
});
