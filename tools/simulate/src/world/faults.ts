/**
 * The faults of a seed. Each kind is present in a seed or not, so some seeds are calm and some brutal, and no kind can
 * hide another in all seeds. Faults at a moment (crashes, outages) are planned before the seed starts; faults of a
 * message are drawn when it is sent.
 */
import { STREAMS, type Stream } from '@mo/contracts';
import { Random } from '../engine/random.ts';

export const FAULT_KINDS = [
  'crash',
  'crash-at-commit',
  'freeze',
  'stop',
  'cut',
  'broker-outage',
  'database-outage',
  'drops',
  'lost-commits',
  'conflicts',
  'duplicates',
  'rebalances',
  'slow-topics',
  'slow-database',
  'slow-network',
  'skew',
  'lossy',
  'garbled',
  'refused',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Rare kinds: they make a seed long, or untypical. */
const SHARE_OF_SEEDS: Partial<Record<FaultKind, number>> = { lossy: 0.06, garbled: 0.1, refused: 0.1 };
const SHARE_USUAL = 0.4;
const SHARE_CALM_SEEDS = 0.05;
const SHARE_MILD_SEEDS = 0.15;
const SHARE_BRUTAL_SEEDS = 0.2;

/** Usual delays. */
export const STATEMENT_US_MAX = 400;
export const WAY_US_MAX = 900;
const TOPIC_DELAY_MS = 8;

export type Strike =
  | {
      readonly kind: 'crash' | 'crash-at-commit';
      readonly atMs: number;
      readonly process: number;
      readonly downMs: number;
    }
  | { readonly kind: 'freeze' | 'stop'; readonly atMs: number; readonly process: number; readonly downMs: number }
  | {
      readonly kind: 'cut';
      readonly atMs: number;
      readonly between: readonly [Stream, Stream];
      readonly downMs: number;
    }
  | { readonly kind: 'broker-outage'; readonly atMs: number; readonly downMs: number }
  | { readonly kind: 'database-outage'; readonly atMs: number; readonly stream: Stream; readonly downMs: number };

export interface Faults {
  readonly kinds: ReadonlySet<FaultKind>;
  readonly strikes: readonly Strike[];
  /** Probabilities per message or statement. */
  readonly dropChance: number;
  readonly lostCommitChance: number;
  readonly conflictChance: number;
  readonly duplicateChance: number;
  readonly rebalanceChance: number;
  readonly lossChance: number;
  readonly garbleChance: number;
  readonly refuseChance: number;
  /** The longest delay of a message on a topic, in ms. */
  readonly topicDelayMs: number;
  /** The longest duration of a statement, in µs. */
  readonly statementUsMax: number;
  /** The longest network delay, in µs. */
  readonly wayUsMax: number;
  /** The service that only its peers reach slowly, if any. */
  readonly slowPeer: Stream | null;
  /** The largest clock skew of a process, in ms. */
  readonly skewMs: number;
}

export const NO_FAULTS: Faults = {
  kinds: new Set(),
  strikes: [],
  dropChance: 0,
  lostCommitChance: 0,
  conflictChance: 0,
  duplicateChance: 0,
  rebalanceChance: 0,
  lossChance: 0,
  garbleChance: 0,
  refuseChance: 0,
  topicDelayMs: TOPIC_DELAY_MS,
  statementUsMax: STATEMENT_US_MAX,
  wayUsMax: WAY_US_MAX,
  slowPeer: null,
  skewMs: 0,
};

/** @param lastsMs the time span of the strikes */
export function planFaults(seed: number, lastsMs: number): Faults {
  const random = new Random(seed, 'faults');
  const kinds = drawKinds(random);
  const has = (kind: FaultKind): boolean => kinds.has(kind);
  const chance = (kind: FaultKind, high: number): number => (has(kind) ? random.between(0.01, high) : 0);
  return {
    kinds,
    strikes: drawStrikes(new Random(seed, 'strikes'), kinds, lastsMs),
    dropChance: chance('drops', 0.12),
    lostCommitChance: chance('lost-commits', 0.05),
    conflictChance: chance('conflicts', 0.1),
    duplicateChance: chance('duplicates', 0.3),
    rebalanceChance: chance('rebalances', 0.04),
    lossChance: chance('lossy', 0.1),
    garbleChance: chance('garbled', 0.1),
    refuseChance: chance('refused', 0.1),
    topicDelayMs: has('slow-topics') ? random.pick([100, 400, 1500]) : TOPIC_DELAY_MS,
    statementUsMax: has('slow-database') ? random.pick([3_000, 15_000]) : STATEMENT_US_MAX,
    wayUsMax: has('slow-network') ? random.pick([10_000, 60_000]) : WAY_US_MAX,
    slowPeer: has('slow-network') && random.chance(0.6) ? random.pick(STREAMS) : null,
    skewMs: has('skew') ? random.pick([3, 40, 2_000]) : 0,
  };
}

/** The same faults without one kind. */
export function withoutKind(faults: Faults, kind: FaultKind): Faults {
  const kinds = new Set(faults.kinds);
  kinds.delete(kind);
  const off = (of: FaultKind, value: number, calm = 0): number => (of === kind ? calm : value);
  return {
    kinds,
    strikes: faults.strikes.filter((strike) => strike.kind !== kind),
    dropChance: off('drops', faults.dropChance),
    lostCommitChance: off('lost-commits', faults.lostCommitChance),
    conflictChance: off('conflicts', faults.conflictChance),
    duplicateChance: off('duplicates', faults.duplicateChance),
    rebalanceChance: off('rebalances', faults.rebalanceChance),
    lossChance: off('lossy', faults.lossChance),
    garbleChance: off('garbled', faults.garbleChance),
    refuseChance: off('refused', faults.refuseChance),
    topicDelayMs: off('slow-topics', faults.topicDelayMs, TOPIC_DELAY_MS),
    statementUsMax: off('slow-database', faults.statementUsMax, STATEMENT_US_MAX),
    wayUsMax: off('slow-network', faults.wayUsMax, WAY_US_MAX),
    slowPeer: kind === 'slow-network' ? null : faults.slowPeer,
    skewMs: off('skew', faults.skewMs),
  };
}

/** Kinds that cause delays but no unavailability. */
const MILD_KINDS: readonly FaultKind[] = ['duplicates', 'slow-topics', 'slow-network', 'skew'];

/** Whether no fault justifies an `unavailable` answer. */
export const isMild = ({ kinds }: Faults): boolean => [...kinds].every((kind) => MILD_KINDS.includes(kind));

function drawKinds(random: Random): Set<FaultKind> {
  const mood = random.next();
  if (mood < SHARE_CALM_SEEDS) return new Set();
  if (mood < SHARE_CALM_SEEDS + SHARE_MILD_SEEDS) return new Set(MILD_KINDS.filter(() => random.chance(0.5)));
  const usual = mood > 1 - SHARE_BRUTAL_SEEDS ? 2 * SHARE_USUAL : SHARE_USUAL;
  return new Set(FAULT_KINDS.filter((kind) => random.chance(SHARE_OF_SEEDS[kind] ?? usual)));
}

function drawStrikes(random: Random, kinds: ReadonlySet<FaultKind>, lastsMs: number): Strike[] {
  const strikes: Strike[] = [];
  const some = (kind: Strike['kind'], most: number, make: (atMs: number) => Strike): void => {
    if (!kinds.has(kind)) return;
    for (let left = 1 + random.below(most); left > 0; left -= 1) strikes.push(make(random.between(0, lastsMs)));
  };
  const process = (): number => random.below(2 * STREAMS.length);
  const while_ = (low: number, high: number): number => Math.round(random.between(low, high));
  some('crash', 6, (atMs) => ({ kind: 'crash', atMs, process: process(), downMs: while_(20, 900) }));
  some('crash-at-commit', 8, (atMs) => ({
    kind: 'crash-at-commit',
    atMs,
    process: process(),
    downMs: while_(20, 900),
  }));
  some('stop', 3, (atMs) => ({ kind: 'stop', atMs, process: process(), downMs: while_(20, 400) }));
  some('freeze', 5, (atMs) => ({ kind: 'freeze', atMs, process: process(), downMs: while_(50, 2_500) }));
  some('cut', 3, (atMs) => {
    const one = random.below(STREAMS.length);
    const other = (one + 1 + random.below(STREAMS.length - 1)) % STREAMS.length;
    return {
      kind: 'cut',
      atMs,
      between: [STREAMS[one] as Stream, STREAMS[other] as Stream],
      downMs: while_(50, 1_500),
    };
  });
  some('broker-outage', 2, (atMs) => ({ kind: 'broker-outage', atMs, downMs: while_(100, 2_500) }));
  some('database-outage', 2, (atMs) => ({
    kind: 'database-outage',
    atMs,
    stream: random.pick(STREAMS),
    downMs: while_(20, 500),
  }));
  return strikes.sort((strike, other) => strike.atMs - other.atMs);
}
