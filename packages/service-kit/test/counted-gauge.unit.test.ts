import { countedGauge, createRegistry } from '../src/metrics.ts';
import { ManualClock } from './harness.ts';

const SECOND_MS = 1_000;
const NAME = 'mo_waiting';

interface Counted {
  readonly keepsLast: boolean;
  readonly labelNames: string[];
}

/** A gauge, and what it tells once a second has passed; null where it tells nothing. */
function gaugeOf({ keepsLast, labelNames }: Counted) {
  const registry = createRegistry('test');
  const clock = new ManualClock();
  const database = { count: async () => 7 };
  countedGauge(registry, clock, {
    name: NAME,
    help: 'What waits',
    labelNames,
    count: () => database.count(),
    set: (metric, value) => (labelNames.length === 0 ? metric.set(value) : metric.set({ stream: 'loans' }, value)),
    keepsLast,
  });
  const told = async () => {
    const telling = registry.getSingleMetricAsString(NAME);
    await clock.advance(SECOND_MS);
    return (
      (await telling)
        .split('\n')
        .find((line) => line.startsWith(NAME))
        ?.split(' ')[1] ?? null
    );
  };
  return { database, told };
}

const AWAY = [
  ['refuses', () => Promise.reject(new Error('away'))],
  ['does not answer', () => new Promise<never>(() => {})],
] as const;

describe.each([[[]], [['stream']]])('a counted gauge with the labels %j', (labelNames) => {
  it.each(AWAY)('tells nothing while the database %s, and the count when it is back', async (_what, count) => {
    const { database, told } = gaugeOf({ keepsLast: false, labelNames });
    expect(await told()).toBe('7');
    const { count: back } = database;
    database.count = count;
    expect(await told()).toBeNull();
    database.count = back;
    expect(await told()).toBe('7');
  });

  it.each(AWAY)('tells the last count while the database %s, where that is kept', async (_what, count) => {
    const { database, told } = gaugeOf({ keepsLast: true, labelNames });
    expect(await told()).toBe('7');
    database.count = count;
    expect(await told()).toBe('7');
  });
});

it('a counted gauge reports nothing before the first count', async () => {
  const { database, told } = gaugeOf({ keepsLast: false, labelNames: [] });
  database.count = () => Promise.reject(new Error('away'));
  expect(await told()).toBeNull();
});
