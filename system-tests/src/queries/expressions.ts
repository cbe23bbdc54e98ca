/** The queries of dashboards and rules. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Rule } from './prometheus.ts';

const FILES = fileURLToPath(new URL('../../../deploy/helm/mo-loans/files', import.meta.url));
export const ALERTS_FILE = join(FILES, 'alerts.yaml');
const DASHBOARDS = join(FILES, 'dashboards');

/** Grafana's substitution for a variable with all values selected. */
const EVERY = '.*';

export interface Expression {
  /** The location of the query. */
  readonly where: string;
  readonly text: string;
}

export interface Panel {
  readonly title: string;
  readonly description?: string;
  readonly targets?: readonly { readonly expr: string }[];
}

/** Every panel of every dashboard, with the dashboard's file. */
export function panels(): (readonly [string, Panel])[] {
  return readdirSync(DASHBOARDS).flatMap((file) => {
    const { panels: all } = JSON.parse(readFileSync(join(DASHBOARDS, file), 'utf8')) as { panels: Panel[] };
    return all.map((panel) => [file, panel] as const);
  });
}

/** The dashboards' queries as Grafana would send them. */
export function dashboardExpressions(rateInterval: string): Expression[] {
  return panels().flatMap(([file, { title, targets = [] }]) =>
    targets.map(({ expr }) => ({
      where: `${file}: ${title}`,
      text: expr.replaceAll('$__rate_interval', rateInterval).replaceAll('$namespace', EVERY),
    })),
  );
}

/** The expressions of rules. An alert's comparison is removed, because its result is empty while all is well. */
export function ruleExpressions(rules: readonly Rule[]): Expression[] {
  return rules.map(({ name, query }) => ({ where: `rule ${name}`, text: withoutComparisons(query) }));
}

/** Removes comparisons with a number or a product of numbers. */
export const withoutComparisons = (query: string): string =>
  query.replaceAll(/ (?:[<>]=?|[=!]=) [\d.]+(?: \* [\d.]+)*/g, '');
