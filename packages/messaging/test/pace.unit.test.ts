import { Pace } from '../src/audit/pace.ts';

/** How many rounds pass before the next one that is not to pass. */
function passedBy(pace: Pace): number {
  let passed = 0;
  while (!pace.begin()) passed += 1;
  return passed;
}

describe('the pace of the audit', () => {
  it('lets no round pass while customers have few events', () => {
    const pace = new Pace();
    for (let customer = 0; customer < 25; customer += 1) {
      pace.looked(20);
      expect(pace.isOver).toBe(false);
    }
    expect(passedBy(pace)).toBe(0);
  });

  it('ends a round once it has looked at enough', () => {
    const pace = new Pace();
    pace.looked(1_999);
    expect(pace.isOver).toBe(false);
    pace.looked(1);
    expect(pace.isOver).toBe(true);
    expect(pace.begin()).toBe(true);
    expect(pace.isOver).toBe(false);
  });

  it('lets as many rounds pass as a customer of many events was worth', () => {
    const pace = new Pace();
    pace.looked(20_000);
    expect(passedBy(pace)).toBe(9);
    expect(passedBy(pace)).toBe(0);
  });

  it('goes on after some minutes, however many they were', () => {
    const pace = new Pace();
    pace.looked(10_000_000);
    expect(passedBy(pace)).toBe(59);
  });
});
