/**
 * `npm run check:ops -- queries`: checks in a real Prometheus, against a system under load, that every query of every
 * dashboard and rule returns data, and that no alert fires. Exit code 0 on success, 1 on a fault, 2 if it could not
 * start.
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
/** Grafana uses four times the scrape interval. */
const RATE_INTERVAL = '30s';
/** For all queries together: the slowest gauges are set every 10 s. */
const DATA_TIMEOUT_MS = 120_000;
const POLL_MS = 1_000;
/** From the first evaluation of a condition until its alert is stored, in addition to its `for`. */
const ALERT_MARGIN_S = 10;
const SETTLED_TIMEOUT_MS = 60_000;
/** Within this time a scrape affects every rule and every alert. */
const EVALUATED_S = 3;

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
    await untilSettled(prometheus, targets.length);
    const load = startLoad({ dir: join(dir, 'sets'), url: stack.url, apiKey: stack.apiKey });
    const faults: string[] = [];
    try {
      faults.push(...(await faultsInUse(prometheus)));
    } finally {
      faults.push(...(await load.stop()));
    }
    for (const fault of faults) say(fault);
    if (faults.length === 0) say('every query returns data, and no alert fires');
    return faults.length === 0;
  } finally {
    await prometheus.stop();
  }
}

/**
 * Waits until all processes were scraped, all consumers are members of their groups, and all rules were evaluated:
 * until then, alerts are right to fire.
 */
async function untilSettled(prometheus: Prometheus, targets: number): Promise<void> {
  for (const endMs = Date.now() + SETTLED_TIMEOUT_MS; Date.now() < endMs; await delay(POLL_MS)) {
    const up = await prometheus.query('up == 1');
    const joined = await prometheus.query('min by (instance) (mo_kafka_connected) == 1');
    // All but the gateway are consumers.
    if (up.length === targets && joined.length === targets - 1) return delay(EVALUATED_S * 1_000);
  }
  throw new Error(`not all of the ${targets} processes were scraped and joined their consumer groups in time`);
}

/** Checks queries and rules under load, for as long as the slowest alert takes to fire. */
async function faultsInUse(prometheus: Prometheus): Promise<string[]> {
  const rules = await prometheus.rules();
  const slowestS = Math.max(0, ...rules.map(({ duration = 0 }) => duration));
  const beganMs = Date.now();
  const endMs = beganMs + (slowestS + ALERT_MARGIN_S) * 1_000;
  const expressions = [...dashboardExpressions(RATE_INTERVAL), ...ruleExpressions(rules)];
  say(`${expressions.length} queries run while the system is under load …`);
  const faults = await unanswered(prometheus, expressions);
  const leftMs = endMs - Date.now();
  if (leftMs > 0) {
    say(`the load continues for ${Math.ceil(leftMs / 1_000)} s more, so that every alert can fire …`);
    await delay(leftMs);
  }
  return [...faults, ...(await faultsOfRules(prometheus, beganMs))];
}

/** Repeats the queries until each has returned data once. @returns a line for each that never did */
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

/** Rules that can't be evaluated, and alerts that have fired since `sinceMs`, even if they were resolved again. */
async function faultsOfRules(prometheus: Prometheus, sinceMs: number): Promise<string[]> {
  const rules = await prometheus.rules();
  if (rules.length === 0) return ['Prometheus has read no rules'];
  const broken = rules.filter(({ health }) => health !== 'ok');
  const window = `${Math.floor((Date.now() - sinceMs) / 1_000)}s`;
  const firing = `max_over_time(ALERTS{alertstate="firing"}[${window}])`;
  const fired = await prometheus.query(`count by (alertname) (${firing})`);
  return [
    ...broken.map(({ name, health, lastError }) => `rule ${name} cannot be evaluated: ${lastError ?? health}`),
    ...fired.map(({ metric }) => `alert ${metric.alertname} has fired, though all is well`),
  ];
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 2;
}
