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

/** The schema of a type's data; open, for types grow. */
export function eventSchema(type: EventType): JsonSchema {
  const { $schema, description, ...rules } = z.toJSONSchema(eventData[type], {
    io: 'input',
    metadata,
    override: readable,
  });
  const title = `${type}, version ${EVENT_TYPES[type].major}`;
  return { $schema, $id: dataSchemaOf(type), title, description, ...rules, examples: [EXAMPLES[type]] } as JsonSchema;
}

/** Every event type's schema. */
export const eventSchemas = (): ReadonlyMap<EventType, JsonSchema> =>
  new Map((Object.keys(EVENT_TYPES) as EventType[]).map((type) => [type, eventSchema(type)]));
