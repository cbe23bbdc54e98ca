/**
 * The broker: topics with partitions, each a log. It keeps messages with the same key in order, and may store a message
 * twice, or after its sender has given up or died. It may refuse a message, be unreachable, and in a lossy seed lose
 * acknowledged messages.
 */
import {
  type IncomingMessage,
  type Kafka,
  MessageRefusedError,
  type OutgoingMessage,
  type Producer,
  type RawMessage,
} from '@mo/messaging';
import type { Process } from '../engine/process.ts';
import type { Random } from '../engine/random.ts';
import type { Scheduler } from '../engine/scheduler.ts';
import { ConsumerGroup } from './consumer-group.ts';
import { Outage } from './database.ts';
import type { Faults } from './faults.ts';
import type { Figures } from './figures.ts';
import { garbled, type MessageText } from './garble.ts';

export const PARTITIONS = 3;
const SEND_TIMEOUT_US = 400_000;
/** The longest time that the broker refuses a message. */
const REFUSED_US_MAX = 3_000_000;

export interface BrokerOptions {
  scheduler: Scheduler;
  random: Random;
  faults: () => Faults;
  figures: Figures;
  /** Called for each send with the sending process. */
  onSent: (process: Process, topic: string) => void;
  /** Called for each message that a topic stores. */
  onKept: (topic: string, message: OutgoingMessage) => void;
  /** Called when a group's offset has passed messages. */
  onCommitted: (group: string, messages: readonly IncomingMessage[]) => void;
  /** Called for each message that is stored in unreadable form. */
  onGarbled: (message: IncomingMessage) => void;
}

export interface Partition {
  readonly topic: string;
  readonly number: number;
  readonly log: IncomingMessage[];
  /** Wake-up callbacks of the group's readers, called on arrival of messages. */
  readonly wake: Set<() => void>;
}

export class Broker {
  readonly options: BrokerOptions;
  readonly groups = new Map<string, ConsumerGroup>();
  readonly #topics = new Map<string, Partition[]>();
  /** The time until which a message is refused; 0 for messages that are not. */
  readonly #refusedUntilUs = new Map<string, number>();
  down = false;

  constructor(options: BrokerOptions) {
    this.options = options;
  }

  partitionsOf(topic: string): readonly Partition[] {
    let partitions = this.#topics.get(topic);
    if (partitions === undefined) {
      partitions = Array.from({ length: PARTITIONS }, (_, number) => ({
        topic,
        number,
        log: [],
        wake: new Set<() => void>(),
      }));
      this.#topics.set(topic, partitions);
    }
    return partitions;
  }

  get topics(): readonly string[] {
    return [...this.#topics.keys()];
  }

  setDown(down: boolean): void {
    this.down = down;
    if (!down) for (const group of this.groups.values()) group.rebalance();
  }

  /** The Kafka client of one process. */
  portOf(process: Process): Kafka {
    const mustBeUp = (): void => {
      if (this.down) throw new Outage('the broker cannot be reached');
    };
    const { random } = this.options;
    return {
      ensureTopics: () => process.ask(random.between(500, 3_000), 0, mustBeUp),
      producer: () =>
        process.ask(random.between(300, 2_000), 0, () => {
          mustBeUp();
          return this.#producerOf(process);
        }),
      subscribe: (group, topics, handle) =>
        process.ask(random.between(500, 3_000), 0, () => {
          mustBeUp();
          const joined = this.#groupOf(group);
          const member = joined.join({ process, topics, handle });
          return {
            isConnected: true,
            close: () => process.ask(random.between(300, 2_000), 0, () => joined.leave(member)),
          };
        }),
    };
  }

  #groupOf(name: string): ConsumerGroup {
    let group = this.groups.get(name);
    if (group === undefined) {
      group = new ConsumerGroup(name, this);
      this.groups.set(name, group);
    }
    return group;
  }

  #producerOf(process: Process): Producer {
    return {
      send: (topic, messages) => this.#send(process, topic, messages.map(textOf)),
      close: () => process.ask(100, 0, () => {}),
    };
  }

  /** Each partition's part arrives independently; once sent, it arrives even if its sender dies. */
  #send(process: Process, topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
    const { random, faults, scheduler } = this.options;
    const { dropChance, duplicateChance } = faults();
    return new Promise((resolve, reject) => {
      if (!process.alive) return;
      this.options.onSent(process, topic);
      if (messages.some((message) => this.#isRefused(topic, message))) {
        scheduler.after(random.between(200, 2_000), process, () =>
          reject(new MessageRefusedError('MESSAGE_TOO_LARGE')),
        );
        return;
      }
      const parts = Map.groupBy(messages, ({ key }) => Number(key) % PARTITIONS);
      let left = parts.size;
      let isLost = false;
      for (const [number, part] of parts) {
        const partition = this.partitionsOf(topic)[number] as Partition;
        const delayUs = random.between(200, 2_000) * (random.chance(dropChance) ? 300 : 1);
        scheduler.after(delayUs, null, () => {
          if (this.down || random.chance(dropChance)) isLost = true;
          else this.#keep(partition, part);
          if (random.chance(duplicateChance)) this.#keepAgain(partition, part);
          left -= 1;
          if (left === 0 && !isLost) scheduler.after(random.between(100, 500), process, resolve);
        });
      }
      scheduler.after(SEND_TIMEOUT_US, process, () => reject(new Outage('a send was not acknowledged in time')));
    });
  }

  /** A refused message is refused on every attempt for a while, together with all messages of the same batch. */
  #isRefused(topic: string, { key, headers }: OutgoingMessage): boolean {
    const { random, faults, scheduler, figures } = this.options;
    const { refuseChance } = faults();
    if (refuseChance === 0) return false;
    const name = `${topic} ${key} ${headers.ce_sequence} ${headers.mo_source_offset}`;
    let untilUs = this.#refusedUntilUs.get(name);
    if (untilUs === undefined) {
      untilUs = random.chance(refuseChance) ? scheduler.nowUs + random.between(0, REFUSED_US_MAX) : 0;
      if (untilUs > 0) figures.refusedMessages += 1;
      this.#refusedUntilUs.set(name, untilUs);
    }
    return scheduler.nowUs < untilUs;
  }

  #keepAgain(partition: Partition, messages: readonly OutgoingMessage[]): void {
    if (this.down) return;
    this.#keep(partition, messages);
    this.options.figures.duplicates += messages.length;
  }

  #keep(partition: Partition, messages: readonly OutgoingMessage[]): void {
    const { onKept, onGarbled, random, faults, figures } = this.options;
    for (const message of messages) {
      onKept(partition.topic, message);
      if (random.chance(faults().lossChance)) {
        figures.lostMessages += 1;
        continue;
      }
      const { topic, number } = partition;
      const sent = { topic, partition: number, offset: String(partition.log.length), ...message };
      const isGarbled = !topic.endsWith('.dlq') && random.chance(faults().garbleChance);
      const kept = withBytes(isGarbled ? garbled(sent, random) : sent);
      partition.log.push(kept);
      if (!isGarbled) continue;
      figures.garbledMessages += 1;
      onGarbled(kept);
    }
    for (const wake of partition.wake) wake();
  }
}

/** All messages here are text, including those that a follower forwards verbatim. */
function textOf({ key, value, headers }: OutgoingMessage | RawMessage): OutgoingMessage {
  const texts = Object.entries(headers).map(([name, header]) => [name, String(header)]);
  return { key: String(key ?? ''), value: String(value ?? ''), headers: Object.fromEntries(texts) };
}

function withBytes(message: MessageText): IncomingMessage {
  const { key, value, headers } = message;
  const bytes = Object.entries(headers).map(([name, header]) => [name, Buffer.from(header)]);
  const bytesOf = (text: string | null): Buffer | null => (text === null ? null : Buffer.from(text));
  return { ...message, raw: { key: bytesOf(key), value: bytesOf(value), headers: Object.fromEntries(bytes) } };
}
