/** The command as its users call it, as far as it needs no system. */
import { execFile, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { FILE_FORMS, headerText, RESOURCES } from '@mo/replay/file-forms';
import { time, wanted } from '../src/options.ts';
import { programOf } from '../src/program.ts';

/** Nothing listens there: the ports that tests and systems are given are far above. */
const CLOSED = '127.0.0.1:2';
const MO = fileURLToPath(new URL('../bin/mo.js', import.meta.url));
const cwd = mkdtempSync(join(tmpdir(), 'mo-cli-'));
afterAll(() => rmSync(cwd, { recursive: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function mo(args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const { PATH, HOME } = process.env;
  const node = ['--conditions=source', '--disable-warning=ExperimentalWarning', MO, ...args];
  const { promise, resolve } = Promise.withResolvers<Ended>();
  execFile(process.execPath, node, { cwd, env: { PATH, HOME, ...more } }, (error, stdout, stderr) =>
    resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
  );
  return promise;
}

/** All commands without subcommands, with the words that call them. */
function* endsOf(command: CommandUnknownOpts, words = ''): Generator<readonly [string, CommandUnknownOpts]> {
  const own = command.commands.filter((inner) => !['help', 'complete'].includes(inner.name()));
  for (const inner of own) yield* endsOf(inner, `${words} ${inner.name()}`.trim());
  if (own.length === 0) yield [words, command];
}

function helpOf(command: CommandUnknownOpts): string {
  let text = '';
  command.configureOutput({
    writeOut: (more) => {
      text += more;
    },
  });
  command.outputHelp();
  return text;
}

const ENDS = [...endsOf(programOf())];

it('says that its output cannot be written', () => {
  const full = openSync('/dev/full', 'w');
  const node = ['--conditions=source', '--disable-warning=ExperimentalWarning', MO, '--version'];
  const { status, stderr } = spawnSync(process.execPath, node, {
    cwd,
    stdio: ['ignore', full, 'pipe'],
    encoding: 'utf8',
  });
  closeSync(full);
  expect(stderr).toMatch(/^mo: the output cannot be written: ENOSPC[^\n]*\n$/);
  expect(status).toBe(2);
});

describe('help', () => {
  it('lists every command, the target and the exit codes', async () => {
    const { code, stdout } = await mo(['--help']);
    expect(code).toBe(0);
    expect(ENDS).toHaveLength(38);
    for (const [words] of ENDS) expect(stdout).toMatch(new RegExp(`^ {2}${words.split(' ')[0]}\\b`, 'm'));
    expect(stdout).toMatch(/MO_URL and MO_API_KEY.*Exit codes: 0 success/s);
  });

  it.each(ENDS)('of %s has no option with the name of a global option', (_words, command) => {
    const global = programOf().options.map(({ long }) => long);
    expect(command.options.map(({ long }) => long).filter((name) => global.includes(name))).toEqual([]);
  });

  it.each(ENDS)('of %s has an example of the command', (words, command) => {
    expect(helpOf(command)).toContain(`\n  $ mo ${words}`);
  });
});

it('the columns of the files to replay are in the help and in the documentation', () => {
  const page = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
  const [, replay] = ENDS.find(([words]) => words === 'replay') as (typeof ENDS)[number];
  for (const name of RESOURCES) {
    const header = headerText(FILE_FORMS[name]);
    expect(helpOf(replay)).toMatch(new RegExp(`^  ${name}\\.csv +${RegExp.escape(header)}$`, 'm'));
    expect(page).toContain(`| \`${name}.csv\` | \`${header}\` |`);
  }
});

describe('an invalid command line', () => {
  it.each([
    ['lones', /unknown command 'lones'\n\(Did you mean loans\?\)/],
    ['loans list --status open', /Allowed choices are pending, active, rejected, paid/],
    ['loans list --max 0', /--max <rows>' argument '0' is invalid. must be a whole number from 1/],
    ['loans list --max 5 --all', /'--max <rows>' cannot be used with option '--all'/],
    ['loans take l --amount 5', /required option '--due <time>' not specified/],
    ['loans take l --amount 5 --due tomorrow', /'--due <time>' argument 'tomorrow' is invalid. must be a day such as/],
    ['loans take l --amount 5 --due 2030-02-30', /'2030-02-30' is invalid. must be a day and a time that exist/],
    [
      'webhooks replay 7 --deliveries 1 --to 2026-11-01',
      /'--deliveries <ids>' cannot be used with option '--to <time>'/,
    ],
    [
      'loans activate l --idempotency-key é€',
      /'--idempotency-key <key>' argument 'é€' is invalid. must be 1 to 255 vis/,
    ],
    [`loans activate l --idempotency-key ${'k'.repeat(256)}`, /'k{256}' is invalid. must be 1 to 255 visible ASCII/],
    ['backfill --topic mo/loans --to x', /must be a topic such as mo.loans/],
    ['dlq list --customer ada', /must be a customer's id, or none/],
  ])('"%s" is refused with the reason', async (line, message) => {
    const program = programOf();
    for (const command of [program, ...program.commands, ...[...endsOf(program)].map(([, end]) => end)])
      command.configureOutput({ writeErr: () => {} });
    await expect(program.parseAsync(line.split(' '), { from: 'user' })).rejects.toThrow(message);
  });

  it('is reported on standard error, with exit code 2', async () => {
    const lines = [
      ['loans', 'list', '--status', 'open'],
      ['loans', 'take', 'l', '--amount', '5', '--due', '2030-01-01'],
      ['loans', 'show', 'a', '--id', '5'],
      ['customers', 'update', 'ada'],
      ['webhooks', 'replay', '7', '--to', '2026-11-01'],
      ['customers', 'import', 'people.json'],
      ['backfill', '--topic', 'mo.nothing', '--to', 'x'],
    ];
    const env = { MO_URL: 'http://127.0.0.1:9', MO_API_KEY: 'k' };
    const ended = await Promise.all(lines.map((line) => mo(line, env)));
    expect(ended.map(({ code, stdout }) => [code, stdout])).toEqual(lines.map(() => [2, '']));
    expect(ended.map(({ stderr }) => stderr.split('\n')[0])).toEqual([
      expect.stringContaining('Allowed choices'),
      'mo: specify the customer with --customer or --customer-id',
      'mo: specify one loan: its external_id, or its internal id with --id',
      'mo: give --score, --status or both',
      'mo: specify --deliveries or --from',
      expect.stringContaining('its name must end in .csv'),
      'mo: --topic must end in one of .customers, .loans, .payments, unlike "mo.nothing"',
    ]);
  });
});

it.each([
  ['2030-01-31', '2030-01-31T00:00:00Z'],
  ['2030-01-31T09:30:00+02:00', '2030-01-31T09:30:00+02:00'],
])('the time %s is sent as %s', (text, sent) => {
  expect(time(text)).toBe(sent);
});

describe('an invalid command line with --json', () => {
  it.each([
    [['loans', 'take', 'l', '--json'], "required option '--amount <amount>' not specified"],
    [['lones', '--json'], "unknown command 'lones'"],
    [['loans', '--json'], 'a command is missing'],
  ])('is reported as JSON: %j', async (line, detail) => {
    const { code, stdout, stderr } = await mo(line);
    expect([code, stdout, JSON.parse(stderr)]).toEqual([
      2,
      '',
      { error: { code: 'usage', detail: expect.stringContaining(detail) } },
    ]);
  });
});

it('a truncated list is reported as such', async () => {
  async function* rows() {
    yield* ['a', 'b', 'c'];
  }
  const notes: string[] = [];
  const out = { note: (text: string) => void notes.push(text) };
  const shown = async (max: number, all?: true) => {
    const seen: string[] = [];
    for await (const row of wanted(rows(), { max, all }, out)) seen.push(row);
    return seen;
  };
  expect([await shown(2), await shown(3), await shown(1, true)]).toEqual([
    ['a', 'b'],
    ['a', 'b', 'c'],
    ['a', 'b', 'c'],
  ]);
  expect(notes).toEqual(['there may be more rows than 2: see --max and --all']);
});

describe('without a system', () => {
  it('a command reports what to do', async () => {
    const lines = [['balance', 'ada'], ['status'], ['reconcile'], ['dlq', 'list'], ['events', 'tail']];
    const ended = await Promise.all(lines.map((line) => mo(line)));
    expect(ended.map(({ code }) => code)).toEqual(lines.map(() => 2));
    expect(ended.map(({ stderr }) => stderr)).toEqual([
      expect.stringMatching(/no gateway: give --url and --key, set MO_URL and MO_API_KEY, or run `npm start`/),
      expect.stringMatching(/no gateway/),
      expect.stringMatching(/no system to work on: set CUSTOMERS_DATABASE_URL/),
      expect.stringMatching(/no Kafka: set KAFKA_BROKERS/),
      expect.stringMatching(/no Kafka: set KAFKA_BROKERS/),
    ]);
  });

  it('a command reports that it cannot reach a database', async () => {
    const url = `postgres://mo:mo@${CLOSED}/mo`;
    const databases = { CUSTOMERS_DATABASE_URL: url, LOANS_DATABASE_URL: url, PAYMENTS_DATABASE_URL: url };
    const { code, stderr } = await mo(['reconcile'], databases);
    expect([code, stderr]).toEqual([2, `mo: a database cannot be reached: connect ECONNREFUSED ${CLOSED}\n`]);
  });

  it('a backfill that cannot start leaves an existing plan unchanged', async () => {
    const url = `postgres://mo:mo@${CLOSED}/mo`;
    const databases = { CUSTOMERS_DATABASE_URL: url, LOANS_DATABASE_URL: url, PAYMENTS_DATABASE_URL: url };
    writeFileSync(join(cwd, 'plan.json'), 'of the first backfill');
    const words = ['backfill', '--topic', 'mo.loans', '--to', 'ledger.loans', '--plan', 'plan.json'];
    const { code, stderr } = await mo(words, { ...databases, KAFKA_BROKERS: CLOSED });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^mo: Kafka cannot be reached: .*ECONNREFUSED/)]);
    expect(readFileSync(join(cwd, 'plan.json'), 'utf8')).toBe('of the first backfill');
    expect(readdirSync(cwd)).toEqual(['plan.json']);
  });

  it('a command reports how to start one, also with --json', async () => {
    const env = { MO_URL: `http://${CLOSED}`, MO_API_KEY: 'k' };
    const { code, stderr } = await mo(['balance', 'ada'], env);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^mo: no answer to GET .*ECONNREFUSED.*\n {2}is the gateway running\? `npm start` starts one/,
    );
    const json = await mo(['balance', 'ada', '--json'], env);
    expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: 'no_answer' } });
    const status = await mo(['status', '--json'], env);
    expect(status.code).toBe(1);
    expect(JSON.parse(status.stdout)).toMatchObject({
      ready: false,
      parts: [{ part: 'gateway', state: 'not reached' }],
      not_asked: expect.arrayContaining(['LOANS_URL', 'KAFKA_BROKERS', 'LOANS_DATABASE_URL']),
    });
  });
});

describe('completion', () => {
  it.each(['bash', 'zsh', 'fish'])('for %s calls the command', async (shell) => {
    const { code, stdout } = await mo(['complete', shell]);
    expect(code).toBe(0);
    expect(stdout).toContain('mo complete --');
  });

  it('knows commands, options and their values', async () => {
    const words = async (...args: string[]) => (await mo(['complete', '--', ...args])).stdout;
    expect(await words('ev')).toMatch(/^events\t/m);
    expect(await words('loans', '')).toMatch(/^take\t.*^list\t.*^activate\t/ms);
    expect(await words('loans', 'take', '--cust')).toMatch(/^--customer\t.*^--customer-id\t/ms);
    expect(await words('events', 'tail', '--type', 'Loan')).toMatch(/^LoanTaken\b/m);
  });

  it('has no words after an unknown command', async () => {
    // The line of the colon tells the shell to propose no files instead.
    expect(await mo(['complete', '--', 'nosuch', ''])).toEqual({ code: 0, stdout: ':4\n', stderr: '' });
  });

  it('refuses an unknown shell as invalid usage', async () => {
    const plain = await mo(['complete', 'nosuch']);
    expect(plain).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining("value 'nosuch' is invalid") });
    const { code, stderr } = await mo(['complete', 'nosuch', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'usage' } });
  });
});
