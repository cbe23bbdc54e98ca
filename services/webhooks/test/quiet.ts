import { createLogger, systemClock } from '@mo/service-kit';
import type { DispatcherOptions } from '../src/delivery/dispatcher.ts';

/** Options of a dispatcher that does nothing but send, and tells nobody. */
export const QUIET: Omit<DispatcherOptions, 'lanes' | 'sender' | 'active' | 'receiverOf' | 'pauseMs'> = {
  onGone: async () => false,
  onBusy: async () => {},
  onGivenUp: () => {},
  onAttempt: () => {},
  tracer: null,
  clock: systemClock,
  logger: createLogger('test', 'silent'),
};
