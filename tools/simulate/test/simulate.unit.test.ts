import { Worker } from 'node:worker_threads';
import type { Outcome } from '../src/seed.ts';
import { addFigures, type Figures, noFigures } from '../src/world/figures.ts';
import type { Planted } from './planted.ts';
import type { Job } from './seeds-worker.ts';

/** For a busy machine: on an idle one it takes some seconds. */
const TIMEOUT_MS = 900_000;
const SEEDS = 50;
const OPERATIONS = 200;
/** A planted fault must be found within this number of seeds. */
const SEEDS_TO_FIND = 200;

/** Figures that occur at least once per hundred seeds, but may be 0 here. */
const RARE: readonly (keyof Figures)[] = ['busyAfterSixRounds', 'pullsBySweep', 'zombieSends', 'refusedUnknown'];

const seedsTo = (last: number): number[] => Array.from({ length: last }, (_, place) => place + 1);

let worker: Worker;
let jobs = 0;

beforeAll(() => {
  worker = new Worker(new URL('./seeds-worker.ts', import.meta.url), { execArgv: ['--conditions=source'] });
});
afterAll(() => worker.terminate());

function carryOut(job: Job): Promise<Outcome[]> {
  jobs += 1;
  const id = jobs;
  return new Promise((resolve, reject) => {
    const take = ({ id: done, outcomes }: { id: number; outcomes: Outcome[] }): void => {
      if (done !== id) return;
      worker.off('message', take);
      worker.off('error', reject);
      resolve(outcomes);
    };
    worker.on('message', take);
    worker.once('error', reject);
    worker.postMessage({ id, job });
  });
}

/** The first seed that violates a rule. */
async function firstFailure(planted: Planted): Promise<Outcome> {
  const seeds = seedsTo(SEEDS_TO_FIND);
  const outcomes = await carryOut({ kind: 'run', seeds, operations: OPERATIONS, planted, toFirstFailure: true });
  return outcomes.at(-1) as Outcome;
}

const brokenBy = async (planted: Planted): Promise<string | undefined> => (await firstFailure(planted)).violation?.rule;

describe('the simulation', () => {
  it(
    `finds no violation in ${SEEDS} seeds that cover every situation`,
    async () => {
      const outcomes = await carryOut({ kind: 'run', seeds: seedsTo(SEEDS), operations: OPERATIONS });
      const failures = outcomes.filter(({ violation }) => violation !== null);
      expect(failures.map(({ seed, violation }) => ({ seed, violation }))).toEqual([]);
      const sums = noFigures();
      for (const { figures } of outcomes) addFigures(sums, figures);
      expect(sums.operations).toBe(SEEDS * OPERATIONS);
      const missing = Object.entries(sums).filter(
        ([name, count]) => count === 0 && !RARE.some((rare) => rare === name),
      );
      expect(missing).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'replays a seed exactly',
    async () => {
      const lives = await carryOut({ kind: 'run', seeds: [7, 8, 7, 8], operations: OPERATIONS, keep: 'hash' });
      const hashes = lives.map(({ hash }) => hash);
      expect(hashes.slice(2)).toEqual(hashes.slice(0, 2));
      expect(hashes[0]).not.toBe(hashes[1]);
    },
    TIMEOUT_MS,
  );

  it(
    'detects access to real time and real randomness',
    async () => {
      expect(await brokenBy('real time is read')).toBe('nothing is read but the seed');
    },
    TIMEOUT_MS,
  );
});

describe('a planted fault', () => {
  it.each<{ planted: Planted; rules: string[] }>([
    { planted: 'nothing restricts', rules: ['refusals only on fresh data', 'a refusal is right'] },
    {
      planted: 'decisions rest on nothing',
      rules: [
        'a grant fits the score',
        'no grant against a firm restriction',
        'a balance is a causal cut',
        'refusals only on fresh data',
      ],
    },
    { planted: 'followed events bring about nothing', rules: ['a loan at 0 is paid'] },
    { planted: 'tokens are passed over', rules: ['a token is honoured'] },
    {
      planted: 'settlements are claimed and not done',
      rules: ['a 200 is firm', 'a backdated loan is known before it is answered'],
    },
  ])(
    'is found: $planted',
    async ({ planted, rules }) => {
      expect(rules).toContain(await brokenBy(planted));
    },
    TIMEOUT_MS,
  );

  it(
    'is reported with a shorter history than that of its discovery',
    async () => {
      const planted = 'followed events bring about nothing';
      const failed = await firstFailure(planted);
      const [shrunk] = await carryOut({ kind: 'shrink', failed, operations: OPERATIONS, planted });
      expect(shrunk?.violation?.rule).toBe(failed.violation?.rule);
      expect(shrunk?.operations).toBeLessThan(12);
      expect(shrunk?.lines.at(-1)).toContain('!!!');
    },
    TIMEOUT_MS,
  );
});
