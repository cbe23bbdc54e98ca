import { arrayBinary } from '../src/array-binary.ts';

const [BYTEA, TEXT, JSON_TEXT] = [17, 25, 114];

/** Reads the format independently of the code that writes it: the header's fields, and the elements in hex. */
function read(array: Buffer | undefined) {
  if (array === undefined) throw new Error('the array is not sent in binary');
  const [dimensions, hasNull, oid, length, first] = [0, 4, 8, 12, 16].map((at) => array.readInt32BE(at));
  const elements: (string | null)[] = [];
  let at = 20;
  while (at < array.length) {
    const bytes = array.readInt32BE(at);
    at += 4;
    elements.push(bytes === -1 ? null : array.toString('hex', at, at + bytes));
    at += Math.max(bytes, 0);
  }
  expect(at).toBe(array.length);
  return { header: [dimensions, hasNull, oid, length, first], elements };
}

const hex = (text: string) => Buffer.from(text).toString('hex');

it('is a header, then the length and the bytes of each element', () => {
  expect(arrayBinary(TEXT, ['ab', 'ü'])?.toString('hex')).toBe(
    ['00000001', '00000000', '00000019', '00000002', '00000001', '00000002', '6162', '00000002', 'c3bc'].join(''),
  );
});

it.each([
  ['no elements', TEXT, [], [1, 0, TEXT, 0, 1], []],
  ['empty texts', TEXT, ['', ''], [1, 0, TEXT, 2, 1], ['', '']],
  ['NULL next to a text null', TEXT, ['null', null, undefined], [1, 1, TEXT, 3, 1], [hex('null'), null, null]],
  ['characters of every length', TEXT, ['aü€😀'], [1, 0, TEXT, 1, 1], ['61c3bce282acf09f9880']],
  ['lone surrogates', TEXT, ['\ud83d', '\ude00'], [1, 0, TEXT, 2, 1], ['efbfbd', 'efbfbd']],
  ['JSON', JSON_TEXT, ['{"a":"\\n"}'], [1, 0, JSON_TEXT, 1, 1], [hex('{"a":"\\n"}')]],
  ['bytes', BYTEA, [Buffer.from([0, 255]), null, Buffer.alloc(0)], [1, 1, BYTEA, 3, 1], ['00ff', null, '']],
])('holds %s', (_, oid, values, header, elements) => {
  expect(read(arrayBinary(oid, values))).toEqual({ header, elements });
});

it('holds many and long elements', () => {
  const texts = Array.from({ length: 1_000 }, (_, place) => '€'.repeat(place));
  expect(read(arrayBinary(TEXT, texts)).elements).toEqual(texts.map(hex));
});

it.each([
  ['a number among texts', TEXT, ['1', 1]],
  ['bytes among texts', TEXT, ['1', Buffer.from('1')]],
  ['an array of arrays', TEXT, [['1'], ['2']]],
  ['an object among JSON texts', JSON_TEXT, ['{}', {}]],
  ['a text among bytes', BYTEA, [Buffer.from('1'), '\\x31']],
  ['bytes that are not a Buffer', BYTEA, [new Uint8Array([1])]],
])('does not hold %s', (_, oid, values) => {
  expect(arrayBinary(oid, values)).toBeUndefined();
});
