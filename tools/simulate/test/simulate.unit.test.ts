import type { Account, StreamModel } from '@mo/messaging';
import { type Outcome, runSeed } from '../src/seed.ts';
import { shrink } from '../src/shrink.ts';
import type { Tamper } from '../src/world/world.ts';

const TIMEOUT_MS = 300_000;
const SEEDS = 100;
const OPERATIONS = 200;
/** Within so many seeds a planted fault must show. */
const SEEDS_TO_FIND = 60;

async function firstFailure(tamper: Tamper): Promise<Outcome | null> {
  for (let seed = 1; seed <= SEEDS_TO_FIND; seed += 1) {
    const outcome = await runSeed({ seed, operations: OPERATIONS, tamper });
    if (outcome.violation !== null) return outcome;
  }
  return null;
}

const brokenBy = async (tamper: Tamper): Promise<string | undefined> => (await firstFailure(tamper))?.violation?.rule;

describe('the simulation', () => {
  it(
    `finds nothing wrong in ${SEEDS} seeds, in which all that should happen does`,
    async () => {
      const failures: Outcome[] = [];
      const sums = { operations: 0, crashesAtCommit: 0, replays: 0, gaps: 0, early: 0, confirmed: 0, healed: 0 };
      for (let seed = 1; seed <= SEEDS; seed += 1) {
        const outcome = await runSeed({ seed, operations: OPERATIONS });
        const { figures } = outcome;
        if (outcome.violation !== null) failures.push(outcome);
        sums.operations += figures.operations;
        sums.crashesAtCommit += figures.crashesAtCommit;
        sums.replays += figures.replays;
        sums.gaps += figures.gaps;
        sums.early += figures.early;
        sums.confirmed += figures.pullsToConfirm;
        sums.healed += figures.pullsToHeal;
      }
      expect(failures.map(({ seed, violation }) => ({ seed, violation }))).toEqual([]);
      expect(sums.operations).toBe(SEEDS * OPERATIONS);
      for (const count of Object.values(sums)) expect(count).toBeGreaterThan(SEEDS / 4);
    },
    TIMEOUT_MS,
  );

  it(
    'replays a seed exactly',
    async () => {
      const lives = [7, 8, 7, 8];
      const hashes: string[] = [];
      for (const seed of lives) hashes.push((await runSeed({ seed, operations: OPERATIONS, keep: 'hash' })).hash);
      expect(hashes.slice(2)).toEqual(hashes.slice(0, 2));
      expect(hashes[0]).not.toBe(hashes[1]);
    },
    TIMEOUT_MS,
  );

  it(
    'notices real time and real randomness being read',
    async () => {
      const model = <A extends Account>(real: StreamModel<A>): StreamModel<A> => ({
        ...real,
        unknown: (customerId) => {
          Date.now();
          return real.unknown(customerId);
        },
      });
      expect(await brokenBy({ model })).toBe('nothing is read but the seed');
      expect(() => [Date.now(), new Date(), Math.random()]).not.toThrow();
    },
    TIMEOUT_MS,
  );
});

describe('a fault that is planted', () => {
  it(
    'in what restricts lets a refusal stand that is wrong',
    async () => {
      const model = <A extends Account>(real: StreamModel<A>): StreamModel<A> => ({ ...real, restricts: () => false });
      expect(await brokenBy({ model })).toBe('a refusal is right');
    },
    TIMEOUT_MS,
  );

  it(
    'in what decisions rest on lets an effect come before its cause',
    async () => {
      const model = <A extends Account>(real: StreamModel<A>): StreamModel<A> => ({ ...real, decidesOn: [] });
      expect(await brokenBy({ model })).toBeDefined();
    },
    TIMEOUT_MS,
  );

  it(
    'in what followed events bring about leaves a loan unpaid that is paid off',
    async () => {
      const model = <A extends Account>(real: StreamModel<A>): StreamModel<A> => ({ ...real, react: () => [] });
      expect(await brokenBy({ model })).toBe('a loan at 0 is paid');
    },
    TIMEOUT_MS,
  );

  it(
    'in a token that is passed over shows what is too old',
    async () => {
      const replica: Tamper['replica'] = ({ writePath }) => {
        writePath.catchUpWith = () => Promise.resolve();
      };
      expect(await brokenBy({ replica })).toBe('a token is honoured');
    },
    TIMEOUT_MS,
  );

  it(
    'in a settlement that is claimed and not done grants against a firm restriction, or skips the oldest loan',
    async () => {
      const replica: Tamper['replica'] = ({ writePath }) => {
        const catchUp = writePath.catchUp.bind(writePath);
        writePath.catchUp = (customerId, stream, version, reason) =>
          reason === 'settle' ? Promise.resolve(true) : catchUp(customerId, stream, version, reason);
      };
      expect(['no grant against a firm restriction', 'oldest first']).toContain(await brokenBy({ replica }));
    },
    TIMEOUT_MS,
  );

  it(
    'is told with a shorter history than it was found in',
    async () => {
      const tamper: Tamper = {
        model: (real) => ({ ...real, react: () => [] }),
      };
      const failed = await firstFailure(tamper);
      const options = { seed: failed?.seed ?? 0, operations: OPERATIONS, tamper };
      const { outcome, only } = await shrink(options, failed as Outcome);
      expect(outcome.violation?.rule).toBe(failed?.violation?.rule);
      expect(only.length).toBeLessThan(12);
      expect(outcome.lines.at(-1)).toContain('!!!');
    },
    TIMEOUT_MS,
  );
});
