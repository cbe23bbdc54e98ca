/** The contract's documents as files: which there are, where they lie, and their text. */
import { openApiDocument } from '@mo/contracts/documents';

/** Where the files lie, seen from the root of the repository. */
export const FOLDER = 'docs/api';

/** Each file's path below the folder, and its text. The same contract gives the same text, to the byte. */
export function documentFiles(): ReadonlyMap<string, string> {
  return new Map([['openapi.json', textOf(openApiDocument())]]);
}

const textOf = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`;
