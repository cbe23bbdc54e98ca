/** A real Prometheus on this machine, for the duration of a check. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { quickRules } from './quick-rules.ts';

const PROGRAM = 'prometheus';
const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;
const POLL_MS = 200;

/** A time series of an answer, with its current value. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Rule {
  readonly name: string;
  readonly query: string;
  /** Of an alert: for how many seconds its condition must hold before it fires. */
  readonly duration?: number;
  /** `ok` unless it can't be evaluated. */
  readonly health: string;
  readonly lastError?: string;
}

export interface PrometheusOptions {
  /** The directory for its configuration, data and log. */
  readonly dir: string;
  /** Host and port of the scrape targets. */
  readonly targets: readonly string[];
  readonly ruleFile: string;
  readonly scrapeIntervalSeconds: number;
}

/** @throws if it can't be started, with the package to install */
export function requirePrometheus(): void {
  if (spawnSync(PROGRAM, ['--version']).status === 0) return;
  throw new Error(
    `${PROGRAM} is missing: apt-get install prometheus, or put it on the PATH (https://prometheus.io/download)`,
  );
}

export class Prometheus {
  readonly #child: ChildProcess;
  readonly #url: string;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.#url = url;
  }

  /** Starts it on a free port. Resolves when it is ready. */
  static async start({ dir, targets, ruleFile, scrapeIntervalSeconds }: PrometheusOptions): Promise<Prometheus> {
    mkdirSync(dir, { recursive: true });
    const interval = `${scrapeIntervalSeconds}s`;
    // Rules are evaluated once per scrape interval.
    writeFileSync(join(dir, 'rules.yaml'), quickRules(readFileSync(ruleFile, 'utf8'), scrapeIntervalSeconds));
    const config = {
      global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
      rule_files: ['rules.yaml'],
      scrape_configs: [
        { job_name: 'mo-loans', honor_labels: true, static_configs: [{ targets, labels: { part_of: 'mo-loans' } }] },
      ],
    };
    // JSON is YAML.
    writeFileSync(join(dir, 'prometheus.yaml'), JSON.stringify(config));
    const address = `127.0.0.1:${await freePort()}`;
    const log = openSync(join(dir, 'prometheus.log'), 'a');
    const child = spawn(
      PROGRAM,
      [
        `--config.file=${join(dir, 'prometheus.yaml')}`,
        `--storage.tsdb.path=${join(dir, 'data')}`,
        `--web.listen-address=${address}`,
      ],
      { stdio: ['ignore', log, log] },
    );
    const prometheus = new Prometheus(child, `http://${address}`);
    try {
      await prometheus.#ready();
    } catch (error) {
      await prometheus.stop();
      throw error;
    }
    return prometheus;
  }

  /** The current value of an expression. @throws if it is invalid */
  async query(expression: string): Promise<Sample[]> {
    const { result } = await this.#ask<{ result: { metric: Sample['metric']; value: [number, string] }[] }>(
      `/api/v1/query?${new URLSearchParams({ query: expression }).toString()}`,
    );
    return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  }

  /** All recording and alerting rules, as Prometheus has loaded them. */
  async rules(): Promise<Rule[]> {
    const { groups } = await this.#ask<{ groups: { rules: Rule[] }[] }>('/api/v1/rules');
    return groups.flatMap(({ rules }) => rules);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(timer);
  }

  async #ready(): Promise<void> {
    for (const endMs = Date.now() + READY_TIMEOUT_MS; Date.now() < endMs; await delay(POLL_MS)) {
      if (this.#child.exitCode !== null) break;
      const answer = await fetch(`${this.#url}/-/ready`).catch(() => null);
      await answer?.body?.cancel();
      if (answer?.ok === true) return;
    }
    throw new Error('Prometheus was not ready in time: see its log');
  }

  async #ask<Data>(path: string): Promise<Data> {
    const answer = await fetch(`${this.#url}${path}`);
    const body = (await answer.json()) as { status: string; data: Data; error?: string };
    if (body.status !== 'success') throw new Error(body.error ?? `Prometheus answers ${answer.status}`);
    return body.data;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
