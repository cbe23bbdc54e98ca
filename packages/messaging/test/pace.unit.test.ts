import { Pace } from '../src/audit/pace.ts';

/** How many rounds pass before the next one that is not to pass. */
function passedBy(pace: Pace): number {
  let passed = 0;
  while (pace.begin() === 0) passed += 1;
  return passed;
}

describe('the pace of the audit', () => {
  it('lets no round pass while customers have few events, and looks at five in each', () => {
    const pace = new Pace();
    for (let round = 0; round < 25; round += 1) {
      expect(pace.begin()).toBe(5);
      pace.looked(5 * 20, 5);
    }
  });

  it.each([
    [100, 4],
    [200, 2],
    [399, 1],
    [20_000, 1],
  ])('of customers like the last, with %i events each, a round takes %i', (eventsEach, customers) => {
    const pace = new Pace();
    pace.begin();
    pace.looked(5 * eventsEach, 5);
    while (pace.begin() === 0);
    pace.looked(eventsEach, 1);
    let taken = pace.begin();
    while (taken === 0) taken = pace.begin();
    expect(taken).toBe(customers);
  });

  it('lets as many rounds pass as a customer of many events was worth', () => {
    const pace = new Pace();
    pace.looked(20_000, 1);
    expect(passedBy(pace)).toBe(49);
    expect(passedBy(pace)).toBe(0);
  });

  it('goes on after some minutes, however many they were', () => {
    const pace = new Pace();
    pace.looked(10_000_000, 1);
    expect(passedBy(pace)).toBe(299);
  });
});
