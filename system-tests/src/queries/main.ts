/**
 * `npm run check:ops -- queries`: every query of every dashboard and of every rule is answered with data by a real Prometheus,
 * while a system of its own is used, and no alert fires. Exit code 0 where it is so, 1 where not, 2 where it could not begin.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { removeStack, type Stack, startStack } from '@mo/dev-stack';
import { ALERTS_FILE, dashboardExpressions, type Expression, ruleExpressions } from './expressions.ts';
import { startLoad } from './load.ts';
import { Prometheus, requirePrometheus } from './prometheus.ts';

const SCRAPE_INTERVAL_S = 1;
/** Grafana takes four times the interval of scrapes. */
const RATE_INTERVAL = '30s';
/** For all queries together: the slowest gauges are set every 10 s. */
const DATA_TIMEOUT_MS = 120_000;
const POLL_MS = 1_000;

const say = (line: string) => process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  requirePrometheus();
  const dir = mkdtempSync(join(tmpdir(), 'mo-queries-'));
  const stack = await startStack({ dir, log: say });
  let isFine = false;
  try {
    isFine = await check(stack, dir);
    return isFine ? 0 : 1;
  } finally {
    await stack.stop();
    if (isFine) await removeStack(dir);
    else say(`logs and data are kept in ${dir}`);
  }
}

async function check(stack: Stack, dir: string): Promise<boolean> {
  const { gateway, customers, loans, payments, webhooks } = stack.stack();
  const processes = [gateway, customers, loans, payments, webhooks].filter((process) => process !== undefined);
  const targets = processes.map(({ url }) => new URL(url).host);
  const options = { dir: join(dir, 'prometheus'), targets, scrapeIntervalSeconds: SCRAPE_INTERVAL_S };
  const prometheus = await Prometheus.start({ ...options, ruleFile: ALERTS_FILE });
  try {
    const load = startLoad({ dir: join(dir, 'sets'), url: stack.url, apiKey: stack.apiKey });
    const expressions = [...dashboardExpressions(RATE_INTERVAL), ...ruleExpressions(await prometheus.rules())];
    say(`${expressions.length} queries are asked while the system is used …`);
    const faults = await unanswered(prometheus, expressions);
    await load.stop();
    faults.push(...(await faultsOfRules(prometheus)));
    for (const fault of faults) say(fault);
    if (faults.length === 0) say('every query is answered with data, and no alert fires');
    return faults.length === 0;
  } finally {
    await prometheus.stop();
  }
}

/** Asks until each was answered with data once; answers with a line for each that never was. */
async function unanswered(prometheus: Prometheus, expressions: readonly Expression[]): Promise<string[]> {
  const open = new Map(expressions.map((expression) => [expression, 'no data']));
  for (const endMs = Date.now() + DATA_TIMEOUT_MS; open.size > 0 && Date.now() < endMs; await delay(POLL_MS)) {
    for (const expression of open.keys()) {
      try {
        const samples = await prometheus.query(expression.text);
        if (samples.some(({ value }) => Number.isFinite(value))) open.delete(expression);
        else open.set(expression, samples.length === 0 ? 'no data' : 'no number');
      } catch (error) {
        open.set(expression, (error as Error).message);
      }
    }
  }
  return [...open].map(([{ where, text }, why]) => `${where}: ${why}: ${text}`);
}

async function faultsOfRules(prometheus: Prometheus): Promise<string[]> {
  const rules = await prometheus.rules();
  if (rules.length === 0) return ['Prometheus has read no rules'];
  return rules.flatMap(({ name, health, lastError, state }) => {
    if (health !== 'ok') return [`rule ${name} can not be evaluated: ${lastError ?? health}`];
    return state === 'firing' ? [`alert ${name} fires, though all is well`] : [];
  });
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 2;
}
