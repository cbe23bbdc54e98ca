import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { readStackFile, removeStack } from '../src/index.ts';
import { poll } from '../src/processes/poll.ts';
import { postgresDataDir } from '../src/servers/postgres.ts';
import { type Command, npmStart, ownEnvironment } from './fixtures/command.ts';
import { query } from './fixtures/query.ts';

const ready = 'Ctrl-C stops it.';
jest.setTimeout(180_000); // whole systems start, on a machine that may be busy
const goneTimeoutMs = 20_000;

let dir: string;
let state: string;
let env: NodeJS.ProcessEnv;
const commands: Command[] = [];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'mo-command-'));
  state = join(dir, '.mo');
  env = await ownEnvironment(state);
});

afterEach(() => {
  for (const command of commands.splice(0)) for (const pid of command.left()) process.kill(pid, 'SIGKILL');
});

afterAll(async () => {
  await removeStack(state);
  rmSync(dir, { recursive: true, force: true });
});

function start(args: string[] = [], more: NodeJS.ProcessEnv = {}, npmArgs: readonly string[] = []): Command {
  const command = npmStart(dir, { ...env, ...more }, args, npmArgs);
  commands.push(command);
  return command;
}

const nowhere = 'postgres://nobody@127.0.0.1:1/none';
/** Servers in the environment; the dummies never connect to them. */
const otherServers = {
  CUSTOMERS_DATABASE_URL: nowhere,
  LOANS_DATABASE_URL: nowhere,
  PAYMENTS_DATABASE_URL: nowhere,
  KAFKA_BROKERS: '127.0.0.1:1',
};

const nothingLeft = (command: Command) => poll(() => command.left().length === 0, goneTimeoutMs);

describe('npm start', () => {
  test('prints a URL, a key and an example call; Ctrl-C stops it in order and leaves nothing running', async () => {
    const command = start();
    await command.printed(ready);
    const { gateway, apiKey } = readStackFile(state)!;
    expect(command.output()).toContain(`curl -s ${gateway.url}/api/customers -H 'Authorization: Bearer ${apiKey}'`);
    await query(databaseUrl(), 'create table kept (id int); insert into kept values (7)');
    command.interrupt();
    await command.ended;
    expect(command.output()).toContain('stopped');
    expect(await nothingLeft(command)).toBe(true);
    expect(existsSync(join(state, 'stack.json'))).toBe(false);
  });

  test('has the data and the key of the first start; killing npm stops everything', async () => {
    const key = readFileSync(join(state, 'api-key'), 'utf8').trim();
    const command = start();
    await command.printed(ready);
    expect(readStackFile(state)!.apiKey).toBe(key);
    await expect(query(databaseUrl(), 'select id from kept')).resolves.toEqual([{ id: 7 }]);
    command.npm.kill('SIGKILL');
    expect(await nothingLeft(command)).toBe(true);
  });

  test('stops everything when its supervisor is killed; the next start works at once on the same data', async () => {
    const command = start();
    await command.printed(ready);
    process.kill(command.supervisor(), 'SIGKILL');
    const next = start();
    await next.printed(ready);
    expect(await nothingLeft(command)).toBe(true);
    await expect(query(databaseUrl(), 'select id from kept')).resolves.toEqual([{ id: 7 }]);
    process.kill(next.supervisor(), 'SIGTERM');
    await expect(next.ended).resolves.toBe(0);
    expect(await nothingLeft(next)).toBe(true);
  });

  test('stops what is left of a stack whose supervisor and guard were killed at once', async () => {
    const command = start();
    await command.printed(ready);
    const { guard } = JSON.parse(readFileSync(join(state, 'lock.json'), 'utf8')) as { guard: string };
    process.kill(command.supervisor(), 'SIGSTOP'); // else it would start another guard
    for (const pid of [Number.parseInt(guard, 10), command.supervisor()]) process.kill(pid, 'SIGKILL');
    await command.ended;
    const { postgres, kafka, loans } = readStackFile(state)!;
    expect(command.left()).toEqual(expect.arrayContaining([postgres.pid, kafka.pid, loans.pid]));
    const next = start();
    await next.printed(ready);
    expect(command.left()).toEqual([]);
    await expect(query(databaseUrl(), 'select id from kept')).resolves.toEqual([{ id: 7 }]);
    process.kill(next.supervisor(), 'SIGTERM');
    await expect(next.ended).resolves.toBe(0);
    expect(readdirSync(state)).not.toContain('running.json');
  });

  test('does not stop another PostgreSQL that has the pid of the previous one', async () => {
    const program = join(dir, 'postgres');
    copyFileSync('/bin/sleep', program);
    const other = spawn(program, ['600']);
    await once(other, 'spawn');
    try {
      writeFileSync(join(postgresDataDir(state), 'postmaster.pid'), `${other.pid}\n`);
      const command = start();
      await command.printed(ready);
      expect(other.signalCode).toBeNull();
      process.kill(command.supervisor(), 'SIGTERM');
      await command.ended;
    } finally {
      other.kill();
    }
  });

  test('is rejected while the stack is already running; --replicas and --fresh take effect', async () => {
    const command = start(['--fresh', '--replicas', 'payments=2']);
    await command.printed(ready);
    expect(readStackFile(state)!.payments.replicas).toHaveLength(2);
    await expect(query(databaseUrl(), 'select id from kept')).rejects.toMatchObject({ code: '42P01' });
    const second = start();
    await expect(second.ended).resolves.toBe(1);
    expect(second.output()).toContain(`this stack is already running: process ${command.supervisor()}`);
    process.kill(command.supervisor(), 'SIGTERM');
    await command.ended;
  });

  test('leaves nothing running after Ctrl-C during the start', async () => {
    const command = start();
    await command.printed('PostgreSQL is ready');
    command.interrupt();
    await command.ended;
    expect(await nothingLeft(command)).toBe(true);
  });

  test('names a port that is taken, and its variable, before anything is started', async () => {
    const taken = createServer().listen(Number(env.LOANS_PORT), '127.0.0.1');
    const command = start();
    await expect(command.ended).resolves.toBe(1);
    taken.close();
    expect(command.output()).toContain(`port ${env.LOANS_PORT} for loans is taken: set LOANS_PORT to another one`);
    expect(command.output()).not.toContain('PostgreSQL is ready');
    expect(await nothingLeft(command)).toBe(true);
  });

  test.each([
    [['--replicas', 'loans=0'], 'loans must be a whole number from 1 to 9, not "0"'],
    [['--replica', 'loans=2'], "Unknown option '--replica'"],
  ])('%j is rejected with the reason and the usage', async (args, message) => {
    const command = start(args);
    await expect(command.ended).resolves.toBe(1);
    expect(command.output()).toContain(message);
    expect(command.output()).toContain('npm start -- [options]');
  });

  test.each([
    [['--fresh'], [], '--fresh'],
    [['--replicas', 'loans=2', '--fresh'], [], '--fresh --replicas loans=2'],
    [['--replicas=loans=2'], ['--fresh'], '--replicas loans=2 --fresh'],
  ])('without "--" before %j it gives the command that has it', async (npmArgs, args, right) => {
    const command = start(args, {}, npmArgs);
    await expect(command.ended).resolves.toBe(1);
    expect(command.output()).toContain(`npm start -- ${right}\n`);
  });

  test('ends if a process exits with an error before it was ready, and shows why', async () => {
    const command = start([], { ...otherServers, MO_TEST_BROKEN_PORT: env.LOANS_PORT });
    await expect(command.ended).resolves.toBe(1);
    expect(command.output()).toContain('loans: LOG_LEVEL is wrong');
    expect(command.output()).toContain(`loans exited with 1 before it was ready: see ${join(state, 'logs/loans.log')}`);
    expect(command.output()).not.toContain('restarting it');
    expect(await nothingLeft(command)).toBe(true);
  });

  test('runs once when it is started twice at the same moment', async () => {
    const both = [start([], otherServers), start([], otherServers)];
    const second = await Promise.race(both.map(async (command) => command.ended.then(() => command)));
    const [first] = both.filter((command) => command !== second);
    await expect(second.ended).resolves.toBe(1);
    // Only then is it certain that its process id was read.
    await first!.printed(ready);
    expect(second.output()).toContain(`this stack is already running: process ${first!.supervisor()}`);
    first!.interrupt();
    await first!.ended;
    expect(await nothingLeft(first!)).toBe(true);
    expect(readdirSync(state)).not.toContain('lock.json');
  });

  test('names a damaged file, before anything is started', async () => {
    const file = join(state, 'api-key');
    const key = readFileSync(file, 'utf8');
    writeFileSync(file, '');
    const command = start([], otherServers);
    await expect(command.ended).resolves.toBe(1);
    writeFileSync(file, key);
    expect(command.output()).toContain(`the key in ${file} must have at least 32 characters`);
    expect(await nothingLeft(command)).toBe(true);
  });

  test('no description of the stack is left when its supervisor is killed', async () => {
    const command = start([], otherServers);
    await command.printed(ready);
    expect(readStackFile(state)?.loans.databaseUrl).toBe(nowhere);
    process.kill(command.supervisor(), 'SIGKILL');
    expect(await nothingLeft(command)).toBe(true);
    expect(readStackFile(state)).toBeUndefined();
  });

  test('--fresh never deletes data of servers that the environment names', async () => {
    const command = start(['--fresh'], otherServers);
    await expect(command.ended).resolves.toBe(1);
    expect(command.output()).toContain('--fresh deletes data, but these servers are configured by the environment');
  });
});

const databaseUrl = () => readStackFile(state)!.loans.databaseUrl;
