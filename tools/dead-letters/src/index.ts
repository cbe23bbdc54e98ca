/** Dead letters of followers (events that they could not understand or apply): list, replay or dismiss them. */
export type { Letter } from './letter.ts';
export { type KafkaTarget, LetterTopics } from './letter-topics.ts';
export { lineOf, list } from './list.ts';
export type { Customer } from './selection.ts';
export { type Settled, settle } from './settle.ts';
export { SettledLetters } from './settled-letters.ts';
