import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ALERTS_FILE, panels, withoutComparisons } from '../src/queries/expressions.ts';
import { quickRules } from '../src/queries/quick-rules.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const text = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');
const matches = (of: string, pattern: RegExp): string[] =>
  [...of.matchAll(pattern)].map(([, found]) => found as string);

it.each([
  ['max by (a) (b) > 0.25', 'max by (a) (b)'],
  ['a > 14.4 * 0.001 and b > 14.4 * 0.001', 'a and b'],
  ['(count(a{b=~"c"}) or vector(0)) < 1', '(count(a{b=~"c"}) or vector(0))'],
  ['sum(increase(a[1h])) < 1', 'sum(increase(a[1h]))'],
])('without its comparison %s is %s', (query, rest) => {
  expect(withoutComparisons(query)).toBe(rest);
});

describe('rules that are evaluated every second', () => {
  const rules = (interval: string, duration: string) =>
    [`    interval: ${interval}`, '    rules:', '      - alert: MoBug', `        for: ${duration}`].join('\n');

  it.each([
    ['15s', '2m', '8s'],
    ['15s', '15m', '60s'],
    ['1m', '5m', '5s'],
    ['15s', '20s', '2s'],
    ['1m', '1h', '60s'],
  ])('an interval of %s and a for of %s keep the number of evaluations', (interval, duration, quick) => {
    expect(quickRules(rules(interval, duration), 1)).toBe(rules('1s', quick));
  });

  it('a duration of another form is refused', () => {
    expect(() => quickRules(rules('15s', '1m30s'), 1)).toThrow('1m30s is no duration');
  });

  it('no shipped alert takes more than a minute to fire', () => {
    const durations = matches(quickRules(readFileSync(ALERTS_FILE, 'utf8'), 1), /^ +for: (.*)$/gm);
    expect(durations.length).toBeGreaterThan(20);
    expect(Math.max(...durations.map((duration) => Number(/^(\d+)s$/.exec(duration)?.[1])))).toBe(60);
  });
});

it('the description of every panel contains the remedy for bad values', () => {
  expect(panels().length).toBeGreaterThan(30);
  const silent = panels().filter(([, { description = '' }]) => !/^.{60,}\.$/.test(description));
  expect(silent.map(([file, { title }]) => `${file}: ${title}`)).toEqual([]);
});

it('every alert has a row in docs/operations.md, a section with three commands, and a test; and there are no others', () => {
  const rules = readFileSync(ALERTS_FILE, 'utf8');
  const alerts = matches(rules, /- alert: (\w+)/g).sort();
  const pages = globSync('docs/operations/alerts/*.md', { cwd: ROOT });
  const sections = pages.flatMap((page) => matches(text(page), /^## (Mo\w+)$/gm).map((name) => ({ page, name })));
  expect(sections.map(({ name }) => name).sort()).toEqual(alerts);
  const links = sections.map(({ page, name }) => `${page}#${name.toLowerCase()}`).sort();
  expect(matches(rules, /runbook_url: (\S+)/g).sort()).toEqual(links);
  expect(
    matches(text('docs/operations.md'), /^\| \[Mo\w+\]\((\S+)\)/gm)
      .map((link) => `docs/${link}`)
      .sort(),
  ).toEqual(links);
  for (const page of pages)
    for (const [, commands = ''] of text(page).matchAll(/^## Mo\w+\n\n[^#]+?```sh\n(.*?)```/gms))
      expect(commands.trim().split('\n')).toHaveLength(3);
  const tests = globSync('deploy/observability/alerts/*.test.yaml', { cwd: ROOT }).map(text).join('\n');
  const isTested = (name: string) => new RegExp(`alertname: ${name}\\n +exp_alerts:\\n`).test(tests);
  const isTestedNotToFire = (name: string) => tests.includes(`alertname: ${name}, exp_alerts: []`);
  expect(alerts.filter((name) => !isTested(name) || !isTestedNotToFire(name))).toEqual([]);
});
