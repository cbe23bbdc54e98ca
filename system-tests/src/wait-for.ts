import { waitFor as waitForWithin } from '@mo/dev-stack/wait-for';

const DEADLINE_MS = 45_000;

/** Waits until an expectation is met; after the deadline fails with the expectation's error. */
export async function eventually(expectation: () => void): Promise<void> {
  let last: unknown;
  const isMet = () => {
    try {
      expectation();
      return true;
    } catch (error) {
      last = error;
      return false;
    }
  };
  await waitFor(async () => isMet()).catch(() => {
    throw last;
  });
}

/** Waits until `holds` returns anything but false, null or undefined, and returns it; fails after the deadline. */
export const waitFor = <T>(holds: () => Promise<T>) => waitForWithin(holds, DEADLINE_MS);
