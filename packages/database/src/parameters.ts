/** Parameters as pg sends them: a Buffer in PostgreSQL's binary format, anything else as text. */
import { arrayBinary, BINARY_OIDS } from './array-binary.ts';
import { arrayText } from './array-text.ts';
import { prepareValue } from './pg-value.ts';
import { PREPARED_MAX } from './preparing-client.ts';
import type { Statement } from './sql.ts';

/** An occurrence of a parameter, and the element type if it is cast to an array. */
const PARAMETER = /\$(\d+)(?:::(\w+)\[\])?/g;

type Oids = readonly (number | undefined)[];

const known = new Map<string, Oids>();

/** A statement's parameters as they are sent. @throws if one cannot be converted */
export const writable = ({ text, parameters }: Statement): unknown[] =>
  parameters.map((value, place) => (Array.isArray(value) ? writableArray(text, place, value) : prepareValue(value)));

function writableArray(text: string, place: number, values: readonly unknown[]): string | Buffer {
  const oid = elementOids(text)[place];
  const binary = oid === undefined ? undefined : arrayBinary(oid, values);
  return binary ?? arrayText(values);
}

/**
 * The OIDs of the element types that can be sent in binary, by the parameter's index. Statements beyond the limit are
 * read each time.
 */
function elementOids(text: string): Oids {
  const found = known.get(text);
  if (found !== undefined) return found;
  const oids = readOids(text);
  if (known.size < PREPARED_MAX) known.set(text, oids);
  return oids;
}

/**
 * The first occurrence that the server analyses gives a parameter its type, and that need not be the first in the text.
 * So a type counts only if every occurrence is cast to it.
 */
function readOids(text: string): Oids {
  const oids: (number | undefined)[] = [];
  for (const [, number, type = ''] of text.matchAll(PARAMETER)) {
    const place = Number(number) - 1;
    const oid = BINARY_OIDS.get(type);
    oids[place] = !(place in oids) || oids[place] === oid ? oid : undefined;
  }
  return oids;
}
