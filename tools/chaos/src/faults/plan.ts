/**
 * The sequence of faults, derived from the seed. Every kind hits each of its targets once before a target is repeated,
 * and kinds alternate, so a short run covers all kinds and a long one all pairs.
 */
import { STREAMS, type Stream } from '@mo/contracts';
import type { Random } from '@mo/dev-stack/random';

export const SERVICES = [...STREAMS, 'webhooks'] as const;
export type Service = (typeof SERVICES)[number];

/** A process: a replica of a service, the holder of a service's relay lease, or a server. */
export type ProcessTarget = 'gateway' | Service | `relay of ${Stream}` | 'postgres' | 'kafka';
/** Connections: from the gateway to a service, from processes to PostgreSQL, between services, or to Kafka. */
export type WayTarget =
  | `gateway to ${Service}`
  | `${Service} to postgres`
  | `relay of ${Stream} to postgres`
  | `${Service} to its peers`
  | 'all to kafka';

/**
 * Processes are killed, frozen for a while, or restarted in order. Connections are cut, stalled for a while, or lost: a
 * lost connection silently drops all data from then on, while new connections work.
 */
export type Kind = 'kill' | 'freeze' | 'restart' | 'cut' | 'stall' | 'lose';
export type Target = ProcessTarget | WayTarget;

export interface Fault {
  readonly kind: Kind;
  readonly target: Target;
  /** The duration of faults that last. */
  readonly durationMs: number;
  /** The replica of the service, modulo their number. */
  readonly replica: number;
}

const PROCESSES: readonly ProcessTarget[] = [
  'gateway',
  ...SERVICES,
  ...STREAMS.map((service) => `relay of ${service}` as const),
  'postgres',
  'kafka',
];
const WAYS: readonly WayTarget[] = [
  ...SERVICES.map((service) => `gateway to ${service}` as const),
  ...SERVICES.map((service) => `${service} to postgres` as const),
  ...STREAMS.map((service) => `relay of ${service} to postgres` as const),
  ...SERVICES.map((service) => `${service} to its peers` as const),
  'all to kafka',
];
export const TARGETS: Readonly<Record<Kind, readonly Target[]>> = {
  kill: PROCESSES,
  freeze: PROCESSES,
  restart: PROCESSES,
  cut: WAYS,
  stall: WAYS,
  lose: WAYS,
};
export const KINDS = Object.keys(TARGETS) as Kind[];

const DURATION_MS_MIN = 800;
const DURATION_MS_MAX = 3_500;
/** Longer than the lease, Kafka's session timeouts, and the lock and statement timeouts. */
const LONG_MS_MIN = 6_500;
const LONG_MS_MAX = 12_000;
const LONG_SHARE = 0.1;
const TWO_AT_ONCE_SHARE = 0.3;

/** An endless sequence of faults, in groups of one or two that happen together. */
export function* faultGroups(random: Random): Generator<readonly Fault[]> {
  const faults = faultsOf(random);
  for (;;) {
    const group = [faults.next().value];
    if (random.chance(TWO_AT_ONCE_SHARE)) group.push(faults.next().value);
    yield group;
  }
}

function* faultsOf(random: Random): Generator<Fault, never> {
  for (;;) {
    const decks = random
      .shuffled(KINDS)
      .map((kind) => random.shuffled(TARGETS[kind]).map((target) => ({ kind, target })));
    while (decks.some((deck) => deck.length > 0)) {
      for (const deck of decks) {
        const card = deck.pop();
        if (card !== undefined) yield { ...card, durationMs: durationOf(random), replica: random.whole(0, 8) };
      }
    }
  }
}

function durationOf(random: Random): number {
  return random.chance(LONG_SHARE)
    ? random.whole(LONG_MS_MIN, LONG_MS_MAX)
    : random.whole(DURATION_MS_MIN, DURATION_MS_MAX);
}
