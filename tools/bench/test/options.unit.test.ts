import { OptionsError, readOptions, SECONDS_DEFAULT, SECONDS_QUICK } from '../src/options.ts';
import { planOf } from '../src/plan.ts';
import { SCENARIOS } from '../src/scenarios/names.ts';

it('measures everything by default', () => {
  expect(readOptions([])).toEqual({ quick: false, seconds: SECONDS_DEFAULT, scenarios: SCENARIOS });
  expect(readOptions(['--quick'])).toEqual({ quick: true, seconds: SECONDS_QUICK, scenarios: SCENARIOS });
});

it('selects scenarios by name or prefix, and keeps their order', () => {
  expect(readOptions(['--only', 'lag,payment-1'])).toMatchObject({ scenarios: ['payment-1', 'lag'] });
  expect(readOptions(['--only', 'bulk'])).toMatchObject({ scenarios: ['bulk-small', 'bulk-large'] });
});

it('spreads the seconds over the rounds', () => {
  const options = readOptions(['--seconds', '4.5']);
  if (options === null) throw new Error('no options');
  const { sliceMs, rounds } = planOf(options);
  expect(sliceMs * rounds).toBe(4_500);
});

it('returns null for --help', () => {
  expect(readOptions(['--quick', '--help'])).toBeNull();
});

it.each([
  [['--seconds', '0'], '--seconds must be a number from 0.5 to 600, not "0"'],
  [['--seconds', 'fast'], '--seconds must be a number'],
  [['--only', 'lag,unknown'], '--only: no scenario begins with "unknown"'],
  [['--only', ''], '--only: no scenario begins with ""'],
  [['--speed', '3'], '--speed'],
])('names the error in %j', (args, message) => {
  expect(() => readOptions(args)).toThrow(OptionsError);
  expect(() => readOptions(args)).toThrow(message);
});
