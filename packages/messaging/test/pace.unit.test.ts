import { Pace } from '../src/audit/pace.ts';

const ROUND_MS = 2_000;

/** How many rounds pass before the next one that is not to pass. */
function passedBy(pace: Pace): number {
  let passed = 0;
  while (pace.begin() === 0) passed += 1;
  return passed;
}

describe('the pace of the audit', () => {
  it('skips no round while customers have few events, and audits five in each', () => {
    const pace = new Pace(ROUND_MS);
    for (let round = 0; round < 25; round += 1) {
      expect(pace.begin()).toBe(5);
      pace.looked(5 * 80, 5);
    }
  });

  it.each([81, 201, 300, 399, 401, 3_000])('audits 400 events per round of customers with %i events each', (each) => {
    const pace = new Pace(ROUND_MS);
    let events = 0;
    for (let round = 0; round < 1_000; round += 1) {
      const customers = pace.begin();
      if (round > 0) expect(customers * each).toBeLessThanOrEqual(Math.max(800, each));
      if (customers > 0) pace.looked(customers * each, customers);
      events += customers * each;
    }
    expect(events / 1_000).toBeGreaterThan(390);
    expect(events / 1_000).toBeLessThan(405);
  });

  it('skips as many rounds as the events of a large customer are worth', () => {
    const pace = new Pace(ROUND_MS);
    pace.begin();
    pace.looked(20_000, 1);
    expect(passedBy(pace)).toBe(49);
    expect(passedBy(pace)).toBe(0);
  });

  it('continues after some minutes, however many events a customer had', () => {
    const pace = new Pace(ROUND_MS);
    pace.looked(10_000_000, 1);
    expect(passedBy(pace)).toBe(300);
  });

  it.each([
    [50, 0],
    [66, 0],
    [67, 1],
    [200, 3],
    [60_000, 10],
  ])('skips rounds after one of %i ms: %i', (ms, rounds) => {
    const pace = new Pace(ROUND_MS);
    pace.begin();
    pace.looked(400, 5);
    pace.took(ms);
    expect(passedBy(pace)).toBe(rounds);
    expect(passedBy(pace)).toBe(0);
  });

  it('does not make up for skipped rounds', () => {
    const pace = new Pace(ROUND_MS);
    pace.begin();
    pace.looked(400, 1);
    pace.took(1_000);
    passedBy(pace);
    pace.looked(1_200, 3);
    expect(passedBy(pace)).toBe(2);
  });

  it('skips four rounds after a pass or an error', () => {
    const pace = new Pace(ROUND_MS);
    pace.begin();
    pace.rest();
    expect(passedBy(pace)).toBe(4);
  });
});
