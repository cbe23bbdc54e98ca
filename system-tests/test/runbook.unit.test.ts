import { readFileSync } from 'node:fs';
import { documentedMetrics } from '../src/metrics.ts';
import { alternativesOf, logLinesOf, logSearches, metricSearches, runbookPages, seriesOf } from '../src/runbook.ts';

const pages = runbookPages().map((path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'));

it.each([
  ['lease', ['lease']],
  ['audit|lease', ['audit', 'lease']],
  ['a_(b|c_(d|e))', ['a_b', 'a_c_d', 'a_c_e']],
])('the alternatives of %s are %j', (pattern, alternatives) => {
  expect(alternativesOf(pattern)).toEqual(alternatives);
});

it('the lines of a service include shared messages, its own, failed rounds, retried work, levels that are computed, constants and members of requests', () => {
  const lines = logLinesOf('webhooks');
  expect(lines).toContain('{"level":"info","msg":"building an index"}');
  expect(lines).toContain('{"level":"warn","msg":"the pending deliveries cannot be read"}');
  expect(lines).toContain('{"level":"warn","msg":"the audit failed and will be retried"}');
  expect(lines).toContain('{"level":"warn","msg":"offsets could not be committed yet"}');
  expect(lines).not.toContain('{"level":"warn","msg":"the audit log cannot be written"}');
  expect(logLinesOf('gateway')).toContain('{"level":"warn","msg":"a replica gets no calls"}');
  expect(lines.at(-1)).toMatch(/"path":1000,.*"durationMs":1000,"msg":"request"/);
});

it('each text that the runbook searches for in a log is one that the service logs', () => {
  const searches = pages.flatMap(logSearches);
  expect(searches.length).toBeGreaterThan(20);
  const lines = new Map(searches.map(({ service }) => [service, [] as string[]]));
  for (const [service, found] of lines) found.push(...logLinesOf(service));
  const unlogged = searches.filter(({ service, pattern }) => !lines.get(service)?.some((line) => pattern.test(line)));
  expect(unlogged.map(({ where, pattern }) => [where, pattern.source])).toEqual([]);
});

it('each metric that the runbook searches for is one that the service exposes', () => {
  const searches = pages.flatMap(metricSearches);
  expect(searches.length).toBeGreaterThan(40);
  const unknown = searches.filter(
    ({ service, pattern }) =>
      !seriesOf(service, documentedMetrics()).some((name) =>
        name.endsWith('*') ? pattern.source.startsWith(`^${name.slice(0, -1)}`) : pattern.test(name),
      ),
  );
  expect(unknown.map(({ where, pattern }) => [where, pattern.source])).toEqual([]);
});
