/**
 * A consumer group. Its partitions are reassigned whenever a member joins, leaves or is lost. A member that has lost a
 * partition may still process what it fetched; then its offset commit is refused, and the successor gets the same
 * messages.
 */
import type { IncomingMessage } from '@mo/messaging';
import type { Process } from '../engine/process.ts';
import type { Broker, Partition } from './broker.ts';

const FETCH_MESSAGES_MAX = 24;
const RETRY_US = 100_000;

interface Member {
  readonly process: Process;
  readonly topics: readonly string[];
  readonly handle: (messages: IncomingMessage[]) => Promise<void>;
}

interface Reader {
  readonly member: Member;
  readonly partition: Partition;
  readonly generation: number;
  position: number;
  busy: boolean;
}

export class ConsumerGroup {
  readonly #name: string;
  readonly #broker: Broker;
  readonly #members: Member[] = [];
  readonly #committed = new Map<Partition, number>();
  readonly #readers = new Map<Partition, () => void>();
  #generation = 0;

  constructor(name: string, broker: Broker) {
    this.#name = name;
    this.#broker = broker;
  }

  join(member: Member): Member {
    this.#members.push(member);
    member.process.onDeath.push(() => this.#lose(member));
    this.#rebalanceSoon(1_000, 100_000);
    return member;
  }

  leave(member: Member): void {
    const place = this.#members.indexOf(member);
    if (place >= 0) this.#members.splice(place, 1);
    this.#rebalanceSoon(1_000, 50_000);
  }

  /** Whether every message of the followed topics was processed and its offset committed. */
  get isDone(): boolean {
    const topics = new Set(this.#members.flatMap((member) => member.topics));
    return [...topics].every((topic) =>
      this.#broker.partitionsOf(topic).every((partition) => this.#offsetOf(partition) >= partition.log.length),
    );
  }

  /** Reassigns the partitions. */
  rebalance(): void {
    this.#generation += 1;
    for (const [partition, wake] of this.#readers) partition.wake.delete(wake);
    this.#readers.clear();
    const awake = this.#members.filter(({ process }) => process.alive && !process.frozen);
    const topics = [...new Set(awake.flatMap((member) => member.topics))];
    const partitions = topics.flatMap((topic) => this.#broker.partitionsOf(topic));
    partitions.forEach((partition, place) => {
      const member = awake[(place + this.#generation) % awake.length];
      if (member !== undefined) this.#read(partition, member);
    });
  }

  /** The broker notices a dead member when its session times out. */
  #lose(member: Member): void {
    if (!this.#members.includes(member)) return;
    const { scheduler, random } = this.#broker.options;
    scheduler.after(random.between(50_000, 800_000), null, () => this.leave(member));
  }

  #rebalanceSoon(lowUs: number, highUs: number): void {
    const { scheduler, random } = this.#broker.options;
    scheduler.after(random.between(lowUs, highUs), null, () => this.rebalance());
  }

  #offsetOf(partition: Partition): number {
    return this.#committed.get(partition) ?? 0;
  }

  #read(partition: Partition, member: Member): void {
    const generation = this.#generation;
    const reader: Reader = { member, partition, generation, position: this.#offsetOf(partition), busy: false };
    const wake = (): void => this.#fetch(reader);
    this.#readers.set(partition, wake);
    partition.wake.add(wake);
    this.#fetch(reader);
  }

  #fetch(reader: Reader): void {
    const { scheduler, random, faults } = this.#broker.options;
    const { partition, member } = reader;
    if (reader.busy || reader.position >= partition.log.length) return;
    reader.busy = true;
    const delayMs = random.next() ** 2 * faults().topicDelayMs;
    scheduler.after(500 + delayMs * 1000, member.process, () => this.#deliver(reader));
  }

  #deliver(reader: Reader): void {
    const { random, scheduler, figures } = this.#broker.options;
    const { partition, member, position } = reader;
    if (this.#isStale(reader) || this.#broker.down) {
      reader.busy = false;
      return;
    }
    const messages = partition.log.slice(position, position + 1 + random.below(FETCH_MESSAGES_MAX));
    figures.deliveries += messages.length;
    member.handle(messages).then(
      () => scheduler.after(random.between(300, 2_000), null, () => this.#commit(reader, messages)),
      () => scheduler.after(RETRY_US, null, () => this.#next(reader)),
    );
  }

  #commit(reader: Reader, messages: readonly IncomingMessage[]): void {
    const { random, faults, onCommitted, figures } = this.#broker.options;
    const { partition } = reader;
    if (this.#isStale(reader) || this.#broker.down) return;
    if (random.chance(faults().rebalanceChance)) {
      figures.rebalances += 1;
      this.rebalance();
      return;
    }
    reader.position += messages.length;
    this.#committed.set(partition, reader.position);
    onCommitted(this.#name, messages);
    this.#next(reader);
  }

  #next(reader: Reader): void {
    reader.busy = false;
    if (!this.#isStale(reader)) this.#fetch(reader);
  }

  #isStale({ generation }: Reader): boolean {
    return generation !== this.#generation;
  }
}
