import { commandOf, readOptions } from '../src/options.ts';

it('reads its options; services that are not listed have two replicas', () => {
  expect(readOptions(['--minutes', '0.5', '--seed', '7', '--replicas', 'loans=3', '--clients', '4'])).toEqual({
    minutes: 0.5,
    seed: 7,
    replicas: { customers: 2, loans: 3, payments: 2, webhooks: 2 },
    clients: 4,
  });
});

it('parses the command that repeats the faults as the same options', () => {
  const options = readOptions(['--minutes', '2', '--seed', '7', '--replicas', 'loans=3', '--clients', '4']);
  const command = commandOf(options!);
  expect(command).toContain('--replicas customers=2,loans=3,payments=2,webhooks=2 --clients 4');
  expect(readOptions(command.split(' ').slice(4))).toEqual(options);
});

it('runs for ten minutes with a random seed by default', () => {
  expect(readOptions([])).toMatchObject({ minutes: 10, seed: expect.any(Number) as number });
});

it('returns null for --help', () => {
  expect(readOptions(['--help'])).toBeNull();
});

it.each([
  [['--minutes', '0'], '--minutes must be a number above 0'],
  [['--seed', '-1'], '--seed'],
  [['--replicas', 'loans=none'], '--replicas: loans must be a whole number'],
  [['--speed', '3'], '--speed'],
])('names the error in %j', (args, message) => {
  expect(() => readOptions(args)).toThrow(message);
});
