/** A JSON Schema for the data of each event type, at its major version. */
import { z } from 'zod';
import { dataSchemaOf, EVENT_TYPES, type EventType, eventData } from '../../events.ts';
import { readable } from '../json-schema.ts';
import { EXAMPLES } from './examples.ts';

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** What our schemas say of themselves, but for their ids: so a schema stands whole, with no references in it. */
class WithoutIds extends z.core.$ZodRegistry<Record<string, unknown>> {
  override get(schema: z.core.$ZodType) {
    const { id: _, ...meta } = z.globalRegistry.get(schema) ?? {};
    return meta;
  }
}

const metadata = new WithoutIds();

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** What holds of a type's data; open, for types grow. */
export function dataSchema(type: EventType): JsonSchema {
  const {
    $schema: _,
    description,
    ...rules
  } = z.toJSONSchema(eventData[type], { io: 'input', metadata, override: readable });
  return { title: `${type}, version ${EVENT_TYPES[type].major}`, description, ...rules };
}

/** The same as a schema by itself, with its name and an example. */
function eventSchema(type: EventType): JsonSchema {
  return { $schema: DIALECT, $id: dataSchemaOf(type), ...dataSchema(type), examples: [EXAMPLES[type]] };
}

/** Every event type's schema. */
export const eventSchemas = (): ReadonlyMap<EventType, JsonSchema> =>
  new Map((Object.keys(EVENT_TYPES) as EventType[]).map((type) => [type, eventSchema(type)]));
