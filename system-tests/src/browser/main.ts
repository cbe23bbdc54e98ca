/**
 * `npm run check:ops -- browser`: uses the API reference in a real browser as a newcomer would: enters the key, makes a
 * call and sees the answer. CHROMIUM names the browser's executable. Exit code 1 if a check fails.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EVENT_TYPES } from '@mo/contracts';
import { startStack } from '@mo/dev-stack';
import { chromium } from 'playwright-core';
import { Visit } from './visit.ts';

/** From the example on the page. */
const CUSTOMER = '"external_id": "ada"';
/** The names of the topics in the page's side bar. */
const TITLES = { customers: 'Customers', loans: 'Loans', payments: 'Payments' } as const;

const say = (line: string) => process.stdout.write(`${line}\n`);

const dir = mkdtempSync(join(tmpdir(), 'mo-browser-'));
const stack = await startStack({ dir, fsync: false, isTemporary: true, log: say });
// Chromium's sandbox needs more privileges than a build has, and the page is our own.
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? 'chromium', args: ['--no-sandbox'] });
const visit = new Visit(await browser.newPage(), stack.url);
try {
  await tryOut('post', 'Register a customer with its credit line', 201);
  await tryOut('get', 'List customers, newest first', 200);
  await readEvents();
} catch (error) {
  visit.faults.push((error as Error).message);
} finally {
  await browser.close();
  await stack.stop();
}
for (const fault of visit.faults) say(`failed: ${fault}`);
process.exitCode = visit.faults.length === 0 ? 0 : 1;

async function tryOut(method: string, summary: string, expected: number): Promise<void> {
  await visit.open('/docs');
  await visit.giveKey(stack.apiKey);
  const { status, shown } = await visit.call(method, '/api/customers', summary);
  say(`/docs: ${method} /api/customers answers ${status}, and the page shows ${shown}`);
  visit.expect(status === expected, `${method} answers ${expected}`);
  visit.expect(shown.includes(CUSTOMER), `the page shows ${CUSTOMER}`);
}

async function readEvents(): Promise<void> {
  await visit.open('/docs/events');
  for (const [type, { stream, major }] of Object.entries(EVENT_TYPES)) {
    await visit.find(TITLES[stream], `${type}, version ${major}`);
  }
  say(`/docs/events: ${Object.keys(EVENT_TYPES).length} event types checked`);
}
