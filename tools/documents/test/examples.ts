/** Finds the contents of an OpenAPI document and holds their examples against their schemas. */

import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

interface Content {
  /** Where it stands, as a JSON Pointer (RFC 6901). */
  readonly pointer: string;
  readonly examples: Readonly<Record<string, { readonly value: unknown }>>;
}

/** Every content of the document, by whether it has examples. */
export function examplesIn(document: object): { withExample: Content[]; without: string[] } {
  const contents = [...contentsIn(document, '')];
  return {
    withExample: contents.filter(({ examples }) => Object.keys(examples).length > 0),
    without: contents.filter(({ examples }) => Object.keys(examples).length === 0).map(({ pointer }) => pointer),
  };
}

function* contentsIn(node: unknown, pointer: string): Generator<Content> {
  if (typeof node !== 'object' || node === null) return;
  for (const [name, child] of Object.entries(node)) {
    const place = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (name !== 'content') yield* contentsIn(child, place);
    else {
      for (const [type, { examples = {} }] of Object.entries(child as Record<string, Content>)) {
        yield { pointer: `${place}/${type.replaceAll('/', '~1')}`, examples };
      }
    }
  }
}

/** What is wrong with the examples of contents, a line each. */
export function exampleFaults(document: object, contents: readonly Content[]): string[] {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema({ ...document, $id: 'urn:mo:document' });
  return contents.flatMap(({ pointer, examples }) => {
    const validate = ajv.compile({ $ref: `urn:mo:document#${encodeURI(pointer)}/schema` });
    return Object.entries(examples).flatMap(([name, { value }]) => {
      if (validate(value)) return [];
      const place = pointer.slice(1).replaceAll('/', ' ').replaceAll('~1', '/');
      return (validate.errors ?? []).map(({ instancePath, message }) => `${place} ${name}: ${instancePath} ${message}`);
    });
  });
}
