/** Takes in a batch that failed as a whole in ever smaller parts, so that one bad event doesn't block the others. */
import { StoreRefusalError, slices } from '@mo/service-kit';

export interface Taking<Event> {
  /** Takes in several events: all of them or none. */
  readonly all: (events: readonly Event[]) => Promise<void>;
  /** Takes in a single event. */
  readonly one: (event: Event) => Promise<void>;
  /** Aborted when no more events may be taken in. */
  readonly signal: AbortSignal;
}

/**
 * Takes in the two halves of a batch one after the other, and splits a half that fails again. A refused event ends up
 * alone, and a slow database gets smaller batches.
 *
 * @throws what `one` throws; after `signal` is aborted, also what `all` throws
 */
export async function takeHalves<Event>(events: readonly Event[], taking: Taking<Event>): Promise<void> {
  const { all, one, signal } = taking;
  for (const half of slices(events, Math.ceil(events.length / 2))) {
    if (half.length === 1) await one(half[0] as Event);
    else
      await all(half).catch((error: unknown) => {
        if (signal.aborted) throw error;
        return takeHalves(half, taking);
      });
  }
}

/** Whether an event can never be stored: PostgreSQL refuses one of its values, or it is nested too deeply for JSON. */
export const isRefusal = (error: unknown): boolean => error instanceof StoreRefusalError || error instanceof RangeError;
