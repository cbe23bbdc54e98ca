/** The files of the contract's documents: their paths and their content. */
import { EVENT_TYPES } from '@mo/contracts';
import { asyncApiDocument, eventSchemas, openApiDocument } from '@mo/contracts/documents';

/** The folder of the files, relative to the root of the repository. */
export const FOLDER = 'docs/api';

/** The documents that have a copy in `released/`: the version that clients and subscribers rely on. */
export const RELEASED = ['openapi.json', 'asyncapi.json'] as const;

/** The content of each file, by its path below the folder. The output is deterministic, byte by byte. */
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
