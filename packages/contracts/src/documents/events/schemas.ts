/** A JSON Schema for the data of each event type, at its major version. */
import { z } from 'zod';
import { dataSchemaOf, EVENT_TYPES, type EventType, eventData } from '../../events.ts';
import { readable } from '../json-schema.ts';
import { EXAMPLES } from './examples.ts';

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** The metadata of our schemas without their ids: schemas without ids are inlined, so the result has no references. */
class WithoutIds extends z.core.$ZodRegistry<Record<string, unknown>> {
  override get(schema: z.core.$ZodType) {
    const { id: _, ...meta } = z.globalRegistry.get(schema) ?? {};
    return meta;
  }
}

const metadata = new WithoutIds();

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** The schema of a type's data; it permits unknown members, because types grow. */
export function dataSchema(type: EventType): JsonSchema {
  const {
    $schema: _,
    description,
    ...rules
  } = z.toJSONSchema(eventData[type], { io: 'input', metadata, override: readable });
  return { title: `${type}, version ${EVENT_TYPES[type].major}`, description, ...rules };
}

/** The same as a standalone schema, with its `$id` and an example. */
function eventSchema(type: EventType): JsonSchema {
  return { $schema: DIALECT, $id: dataSchemaOf(type), ...dataSchema(type), examples: [EXAMPLES[type]] };
}

/** The schema of every event type. */
export const eventSchemas = (): ReadonlyMap<EventType, JsonSchema> =>
  new Map((Object.keys(EVENT_TYPES) as EventType[]).map((type) => [type, eventSchema(type)]));
