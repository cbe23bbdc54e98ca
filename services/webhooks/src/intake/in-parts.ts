/** Takes in what can't be taken in at once, in ever smaller parts: no event keeps others from being taken in. */
import { slices } from '@mo/messaging';
import { StoreRefusalError } from '@mo/service-kit';

export interface Taking<Event> {
  /** Takes in several events: all of them or none. */
  readonly all: (events: readonly Event[]) => Promise<void>;
  /** Takes in one that is left alone. */
  readonly one: (event: Event) => Promise<void>;
  /** Aborted where nothing more is to be taken in. */
  readonly signal: AbortSignal;
}

/**
 * Takes in the halves of some events one after the other, and instead of a half that fails its own halves: an event that is
 * refused is left alone in the end, and a database that is slow is given less at once.
 *
 * @throws what `one` throws; once nothing more is to be taken in, also what `all` throws
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

/**
 * Whether an event can't be stored however often that is tried: PostgreSQL refuses one of its values, or it is nested too deeply
 * to be written as JSON.
 */
export const isRefusal = (error: unknown): boolean => error instanceof StoreRefusalError || error instanceof RangeError;
