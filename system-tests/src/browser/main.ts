/**
 * `npm run check:browser`: reads the reference in a real browser, as a newcomer does: gives the key, makes a call and
 * sees the answer. Chromium is where CHROMIUM says. Exit code 1 where something is not as it should be.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EVENT_TYPES } from '@mo/contracts';
import { startStack } from '@mo/dev-stack';
import { chromium } from 'playwright-core';
import { Visit } from './visit.ts';

/** Of the example that the page proposes. */
const CUSTOMER = '"external_id": "ada"';

/** What a topic is called at the side of the page. */
const TITLES = { customers: 'Customers', loans: 'Loans', payments: 'Payments' } as const;

const say = (line: string) => process.stdout.write(`${line}\n`);

const dir = mkdtempSync(join(tmpdir(), 'mo-browser-'));
const stack = await startStack({ dir, fsync: false, log: say });
// Chromium's sandbox needs more rights than a build has; what is shown here is our own.
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? 'chromium', args: ['--no-sandbox'] });
try {
  const visit = new Visit(await browser.newPage(), stack.url);

  await visit.open('/docs');
  await visit.giveKey(stack.apiKey);
  const registered = await visit.call('post', '/api/customers', 'Register a customer with its credit line');
  say(`/docs: POST /api/customers answers ${registered.status}, and the page shows ${registered.shown}`);
  visit.expect(registered.status === 201, 'the customer is registered');
  visit.expect(registered.shown.includes(CUSTOMER), 'the page shows the customer');

  await visit.open('/docs');
  await visit.giveKey(stack.apiKey);
  const listed = await visit.call('get', '/api/customers', 'List customers, newest first');
  say(`/docs: GET /api/customers answers ${listed.status}, and the page shows ${listed.shown}`);
  visit.expect(listed.shown.includes(CUSTOMER), 'the page lists the customer');

  await visit.open('/docs/events');
  for (const [type, { stream, major }] of Object.entries(EVENT_TYPES)) {
    await visit.find(TITLES[stream], `${type}, version ${major}`);
  }
  say(`/docs/events: ${Object.keys(EVENT_TYPES).length} event types looked for`);

  for (const fault of visit.faults) say(`not so: ${fault}`);
  process.exitCode = visit.faults.length === 0 ? 0 : 1;
} finally {
  await browser.close();
  await stack.stop();
  rmSync(dir, { recursive: true, force: true });
}
