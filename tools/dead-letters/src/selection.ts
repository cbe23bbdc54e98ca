/** Selects letters: open ones, of one customer or of all. */
import type { KafkaMessage } from 'kafkajs';
import { type Letter, readLetter, readNotice } from './letter.ts';
import type { SettledLetters } from './settled-letters.ts';

/** A customer's id; `none` for letters whose customer can't be read; `all`. */
export type Customer = number | 'none' | 'all';

/** The open letters among a partition's messages. */
export const standing = (
  topic: string,
  partition: number,
  messages: readonly KafkaMessage[],
  settled: SettledLetters,
): Letter[] =>
  messages
    .filter((message) => readNotice(message) === null && !settled.has(topic, partition, message.offset))
    .map((message) => readLetter(topic, partition, message));

export const isOf = ({ customerId }: Letter, customer: Customer): boolean =>
  customer === 'all' || (customer === 'none' ? customerId === null : customerId === customer);
