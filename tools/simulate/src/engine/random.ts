/** Seeded randomness, with delay distributions for the simulated world. */
import { Random as Seeded } from '@mo/dev-stack/random';

const LONG_SHARE = 0.15;
const DELAY_US_MIN = 60;

export class Random extends Seeded {
  /** A delay in µs: usually short, occasionally up to the longest. The differences cause races. */
  delayUs(usualUsMax: number, longestUs: number, longShare = LONG_SHARE): number {
    const isLong = longestUs > usualUsMax && this.chance(longShare);
    return this.between(DELAY_US_MIN, isLong ? longestUs : usualUsMax);
  }
}
