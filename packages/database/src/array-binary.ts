/**
 * Array parameters in PostgreSQL's binary format, for the element types whose text would need escapes. The binary
 * format has no escapes, so this process scans no text for them, and the server copies each element as a whole.
 *
 * The server reads the format with `array_recv`: a header of 32-bit integers, then the length and the bytes of each
 * element. The bytes of text and JSON are UTF-8. The element type must be exactly that of the parameter, or the server
 * refuses the array.
 *
 * @see https://www.postgresql.org/docs/current/protocol-overview.html#PROTOCOL-FORMAT-CODES
 * @see https://github.com/postgres/postgres/blob/REL_18_STABLE/src/backend/utils/adt/arrayfuncs.c
 */

const BYTEA = 17;

/** The OIDs of the element types, by name. PostgreSQL fixes them in `pg_type.dat`. */
export const BINARY_OIDS: ReadonlyMap<string, number> = new Map([
  ['bytea', BYTEA],
  ['text', 25],
  ['json', 114],
  ['varchar', 1043],
]);

/** Number of dimensions, whether an element is NULL, OID of the elements, number of elements, index of the first. */
const HEADER_BYTES = 5 * 4;
const LENGTH_BYTES = 4;
const NULL_LENGTH = -1;

type Element = string | Buffer | null | undefined;

const isNull = (value: unknown): value is null | undefined => value === null || value === undefined;
const isTextOrNull = (value: unknown): boolean => typeof value === 'string' || isNull(value);
const isBytesOrNull = (value: unknown): boolean => Buffer.isBuffer(value) || isNull(value);

/**
 * An array with one dimension.
 *
 * @param oid one of {@link BINARY_OIDS}
 * @returns undefined if an element is neither null nor a Buffer (bytea) or a string (other types)
 */
export function arrayBinary(oid: number, values: readonly unknown[]): Buffer | undefined {
  return values.every(oid === BYTEA ? isBytesOrNull : isTextOrNull) ? encoded(oid, values as Element[]) : undefined;
}

function encoded(oid: number, values: readonly Element[]): Buffer {
  const array = Buffer.allocUnsafe(bytesOf(values));
  let end = 0;
  for (const field of [1, values.some(isNull) ? 1 : 0, oid, values.length, 1]) end = array.writeInt32BE(field, end);
  for (const value of values) end = writeElement(array, value, end);
  return array;
}

function bytesOf(values: readonly Element[]): number {
  let bytes = HEADER_BYTES + values.length * LENGTH_BYTES;
  for (const value of values) if (!isNull(value)) bytes += Buffer.byteLength(value);
  return bytes;
}

/** @returns where the element ends */
function writeElement(array: Buffer, value: Element, at: number): number {
  const start = at + LENGTH_BYTES;
  if (isNull(value)) return array.writeInt32BE(NULL_LENGTH, at);
  const bytes = typeof value === 'string' ? array.write(value, start) : value.copy(array, start);
  array.writeInt32BE(bytes, at);
  return start + bytes;
}
