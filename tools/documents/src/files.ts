/** The contract's documents as files: which there are, where they lie, and their text. */
import { EVENT_TYPES } from '@mo/contracts';
import { asyncApiDocument, eventSchemas, openApiDocument } from '@mo/contracts/documents';

/** Where the files lie, seen from the root of the repository. */
export const FOLDER = 'docs/api';

/** Those of which a copy below `released/` says what others rely on. */
export const RELEASED = ['openapi.json', 'asyncapi.json'] as const;

/** Each file's path below the folder, and its text. The same contract gives the same text, to the byte. */
export function documentFiles(): ReadonlyMap<string, string> {
  const schemas = [...eventSchemas()].map(([type, schema]): [string, unknown] => [
    `events/${type}.${EVENT_TYPES[type].major}.json`,
    schema,
  ]);
  const documents: [string, unknown][] = [
    ['openapi.json', openApiDocument()],
    ['asyncapi.json', asyncApiDocument()],
    ...schemas,
  ];
  return new Map(documents.map(([path, document]) => [path, `${JSON.stringify(document, null, 2)}\n`]));
}
