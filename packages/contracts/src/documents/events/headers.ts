/** The headers of an event on Kafka: CloudEvents 1.0, binary mode. */
import { z } from 'zod';
import { dataSchemaOf, EVENT_TYPES, type EventType } from '../../events.ts';
import { timeText } from '../../scalars.ts';
import { EVENT_SOURCES, STREAMS } from '../../streams.ts';

const about = (description: string) => ({ description });
/** Our ids have at most 15 digits, but the released pattern permits one more, and a released pattern stays. */
const customerId = z.string().regex(/^[1-9]\d{0,15}$/);
const version = z.string().regex(/^[1-9]\d{0,14}$/);
/** Streams that had no influence on the decision are left out. */
const seen = new RegExp(`^(${STREAMS.join('|')})=\\d{1,15}(,(${STREAMS.join('|')})=\\d{1,15})*$`);

/** The schema of a type's headers. Like the data, they may grow. */
export function eventHeaders(type: EventType) {
  const { stream } = EVENT_TYPES[type];
  return z.object({
    ce_specversion: z.literal('1.0'),
    ce_id: z
      .string()
      .regex(new RegExp(`^${stream}-[1-9]\\d*-[1-9]\\d*$`))
      .meta(about('Stream, customer id and version: identifies this event forever')),
    ce_source: z.literal(EVENT_SOURCES[stream]),
    ce_type: z.literal(type),
    ce_time: timeText.meta(about('When the event was decided')),
    ce_subject: customerId.meta(about('The customer id, of at most 15 digits, as in the key')),
    ce_sequence: version.meta(about('The version: 1, 2, 3 … for each customer and stream, without gaps')),
    ce_seen: z
      .string()
      .regex(seen)
      .optional()
      .meta(about('The versions of the other streams that this event depends on; omitted if there are none')),
    ce_dataschema: z
      .literal(dataSchemaOf(type))
      .meta(about('The JSON Schema of the data: its $id, and its address on the gateway under /schemas/')),
    ce_traceparent: z.string().optional().meta(about('W3C Trace Context of the request that caused the event')),
    'content-type': z.literal('application/json'),
  });
}
