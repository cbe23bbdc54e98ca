/** The messages on dead-letter topics, for the AsyncAPI document. */
import { z } from 'zod';
import { DEAD_LETTER_HEADERS as HEADERS, LETTER_SETTLEMENTS } from '../../dead-letters.ts';
import { KAFKA_BINDING } from './kafka.ts';
import type { JsonSchema } from './schemas.ts';

const about = (description: string) => ({ description });
const place = z.string().regex(/^\d+$/);

/** The origin of a letter's message. */
const SOURCE = {
  [HEADERS.sourceTopic]: z.string().meta(about('The topic of the message')),
  [HEADERS.sourcePartition]: place.meta(about('Its partition')),
  [HEADERS.sourceOffset]: place.meta(about('Its offset')),
};

const letterHeaders = z.object({
  [HEADERS.reason]: z.string().meta(about('Why the message could not be understood, or take effect')),
  [HEADERS.follower]: z.string().meta(about('The consumer group that sent the letter')),
  ...SOURCE,
  [HEADERS.omittedBytes]: place
    .optional()
    .meta(about('Only if Kafka refuses the whole letter: the bytes of the value, which is omitted')),
});

const noticeHeaders = z.object({
  [HEADERS.settled]: z.enum(LETTER_SETTLEMENTS).meta(about('What became of the letter')),
  [HEADERS.letterPartition]: place.meta(about('The partition of the letter on this topic')),
  [HEADERS.letterOffset]: place.meta(about('Its offset')),
  ...z.object(SOURCE).partial().shape,
});

const ORIGIN = {
  [HEADERS.sourceTopic]: 'mo.loans',
  [HEADERS.sourcePartition]: '3',
  [HEADERS.sourceOffset]: '4711',
};

const letter = {
  name: 'DeadLetter',
  title: 'Dead letter',
  summary: 'A message that a service could not process: its key, value and headers, and the reason.',
  headers: letterHeaders,
  payload: { description: 'The unchanged value of the message; empty if it is omitted' },
  example: { [HEADERS.reason]: 'amount must be a string', [HEADERS.follower]: 'mo.payments', ...ORIGIN },
};
const notice = {
  name: 'DeadLetterNotice',
  title: 'Notice of a dead letter',
  summary: 'A letter was replayed to the topic of its message, or dismissed.',
  headers: noticeHeaders,
  payload: { description: 'Nothing' },
  example: { [HEADERS.settled]: 'replayed', [HEADERS.letterPartition]: '3', [HEADERS.letterOffset]: '12', ...ORIGIN },
};

/** The messages by name, as AsyncAPI describes them. */
export const letterMessages = () => ({ DeadLetter: messageOf(letter), DeadLetterNotice: messageOf(notice) });

function messageOf({ headers, example, ...message }: typeof letter | typeof notice) {
  const { $schema: _, ...schema } = z.toJSONSchema(headers, { io: 'input' });
  return {
    ...message,
    contentType: 'application/octet-stream',
    headers: schema as JsonSchema,
    bindings: {
      kafka: {
        key: { type: ['string', 'null'], description: 'The key of the message, or null' },
        bindingVersion: KAFKA_BINDING,
      },
    },
    examples: [{ name: message.name, summary: message.summary, headers: example }],
  };
}
