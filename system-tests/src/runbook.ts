/** What the runbook searches for in logs and metrics, and what the processes really log and expose. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DocumentedMetric } from './metrics.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The packages whose messages can be in the log of every service. */
const SHARED = 'packages/{service-kit,database,messaging,mux}/src/**/*.ts';
const REQUEST_LINES = 'packages/service-kit/src/request-lines.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** A pattern that the reader of a page is told to search for. */
export interface Search {
  /** The page's line or phrase with the search. */
  readonly where: string;
  readonly service: string;
  /** One alternative of the pattern. */
  readonly pattern: RegExp;
}

/** The pages of the runbook. */
export const runbookPages = (): string[] => [
  'docs/operations.md',
  ...globSync('docs/operations/**/*.md', { cwd: ROOT }),
];

/** The searches `logs SERVICE | grep 'PATTERN'` of a page, and the texts that it quotes from logs. */
export function logSearches(page: string): Search[] {
  const commands = [...page.matchAll(/^logs (\w+) .*$/gm)].flatMap(([where, service = '']) =>
    [...where.matchAll(/\| grep (?:-(\w+) )?('[^']*'|\S+)/g)].flatMap(([, flags = '', pattern = '']) =>
      alternativesOf(pattern.replaceAll("'", '')).map((text) => ({
        where,
        service,
        pattern: new RegExp(text, flags.includes('i') ? 'i' : ''),
      })),
    ),
  );
  const quotes = [...page.matchAll(/\blog\b[^.`]*\bline\s+`([^`]+)`|`("\w+":[^`]+)`/g)].map(
    ([where, message, member]) => ({
      where,
      service: '*',
      pattern: new RegExp(RegExp.escape(message ?? member ?? '')),
    }),
  );
  // A word in capitals stands for a value that the reader fills in.
  return [...commands, ...quotes].filter(({ pattern }) => !/^[A-Z_]+$/.test(pattern.source));
}

/** The searches `metric SERVICE 'PATTERN'` of a page. */
export function metricSearches(page: string): Search[] {
  return [...page.matchAll(/^metric (\w+) (?:'([^']*)'|(\w+))$/gm)].flatMap(
    ([where, service = '', quoted, word = '']) =>
      alternativesOf((quoted ?? word).replace(/\.\*.*/, '')).map((text) => ({
        where,
        service,
        pattern: new RegExp(`^${text}`),
      })),
  );
}

/** The alternatives of a pattern, `a(b|c)` as `ab` and `ac`. */
export function alternativesOf(pattern: string): string[] {
  const [group, choices = ''] = /\(([^()]*)\)/.exec(pattern) ?? [];
  if (group === undefined) return pattern.split('|');
  const all = choices.split('|').flatMap((choice) => alternativesOf(pattern.replace(group, () => choice)));
  return [...new Set(all)];
}

/** The log lines that a service may write, as far as the sources show them: level and message, and a request's line. */
export function logLinesOf(service: string): string[] {
  const files = globSync([SHARED, `services/${service}/src/**/*.ts`], { cwd: ROOT });
  return [...files.flatMap((file) => linesIn(read(file))), ...requestLines()];
}

const LOGGED = /\blog(?:ger)?\.(debug|info|warn|error|fatal)\((.*?)\)[;,]\n/gs;
/** A level that is computed may be a warning. */
const LEVELLED = /\blogger(\[).*?\]\((.*?)\)[;,]\n/gs;
/** A failed round is logged as a warning (`Rounds`). */
const ROUNDS = /\brounds\.(every)\((.*?)=>/gs;
/** So is work that is tried again (`RetryLog`), whatever the level of some of its failures. */
const RETRIED = /\bnew (RetryLog)\((.*?)\)[;,]\n/gs;
const LITERAL = /'((?:[^'\\\n]|\\.)+)'|`([^`]+)`|\b([A-Z][A-Z_]+)\b/g;

function linesIn(source: string): string[] {
  return [LOGGED, LEVELLED, ROUNDS, RETRIED].flatMap((calls) =>
    [...source.matchAll(calls)].flatMap(([, level = '', parameters = '']) =>
      [...parameters.matchAll(LITERAL)].map(([, text, template, constant = '']) => {
        const message = text ?? template ?? constantOf(source, constant);
        return `{"level":"${['every', '[', 'RetryLog'].includes(level) ? 'warn' : level}","msg":"${message}"}`;
      }),
    ),
  );
}

const constantOf = (source: string, name: string): string =>
  new RegExp(`const ${name} =\\s+'([^']+)'`).exec(source)?.[1] ?? '';

/** A request's line with the members that the source writes, once with texts and once with numbers as their values. */
function requestLines(): string[] {
  const members = [...read(REQUEST_LINES).matchAll(/"(\w+)":(false|"request")?/g)];
  return ['"1000"', '1000'].map(
    (sample) => `{${members.map(([, name, value]) => `"${name}":${value ?? sample}`).join()}}`,
  );
}

/** The names of the series that a service exposes; `*` at the end of one stands for anything. */
export function seriesOf(service: string, documented: readonly DocumentedMetric[]): string[] {
  return documented
    .filter(({ by }) => by.includes(service))
    .flatMap(({ name, type }) =>
      type === 'histogram' ? ['bucket', 'sum', 'count'].map((part) => `${name}_${part}`) : [name],
    );
}
