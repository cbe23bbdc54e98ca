import { NumberLiteral } from '@mo/contracts';
import fc from 'fast-check';
import { CsvReader } from '../src/bulk/csv-reader.ts';
import { JsonArrayReader } from '../src/bulk/json-array-reader.ts';
import { LINE_BYTES_MAX } from '../src/bulk/limits.ts';
import type { LineReader, ReadLine } from '../src/bulk/lines.ts';
import { NdjsonReader } from '../src/bulk/ndjson-reader.ts';

type Make = () => LineReader;
const csv: Make = () => new CsvReader();
const ndjson: Make = () => new NdjsonReader();
const jsonArray: Make = () => new JsonArrayReader();

/** Reads a file that arrives in pieces, cut at these positions. */
function readIn(make: Make, file: Buffer, cuts: readonly number[]): ReadLine[] {
  const reader = make();
  const ends = [...cuts.toSorted((a, b) => a - b), file.length];
  const lines = ends.flatMap((end, n) => [...reader.read(file.subarray(ends[n - 1] ?? 0, end))]);
  return [...lines, ...reader.end()];
}
const read = (make: Make, text: string | Buffer): ReadLine[] => readIn(make, Buffer.from(text), []);
const values = (lines: ReadLine[]) => lines.map((line) => ('value' in line ? line.value : line.fault));
const longLine = 'x'.repeat(LINE_BYTES_MAX + 1);
const MISSING = 'is missing: each comma must be between two elements';

describe.each([
  ['CSV', csv, '\ufeffexternal_id,score\r\na,1\n\n"b""ü",2.50\r\n"c,3\n🂡,4,x,y,z\nd,5'],
  ['NDJSON', ndjson, '\ufeff{"external_id":"ü🂡","score":1.50}\r\n\n{"a":"\\"}{\\\\"}\nnonsense\n[1]\n2'],
  ['a JSON array', jsonArray, '\ufeff [ {"a":"ü🂡],}{\\"\\\\"} ,\n[1,[2]], 1e2,, nonsense, {"b":{"c":[]}} ] '],
])('%s', (_name, make, text) => {
  const file = Buffer.from(text);

  it('reads the same lines wherever the pieces end, at every byte', () => {
    const whole = readIn(make, file, []);
    expect(whole.length).toBeGreaterThan(3);
    for (let cut = 0; cut <= file.length; cut += 1) expect(readIn(make, file, [cut])).toEqual(whole);
    expect(
      readIn(
        make,
        file,
        file.toJSON().data.map((_, n) => n),
      ),
    ).toEqual(whole);
  });

  it('reads or refuses any bytes in the same way in any pieces', () => {
    const some = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc
        .array(fc.constantFrom('"', '\\', ',', '\n', '\r', '[', ']', '{', '}', 'a', ' ', '1', 'é'), { maxLength: 60 })
        .map((parts) => Buffer.from(`[${parts.join('')}`)),
    );
    const outcome = (bytes: Buffer, cuts: number[]) => {
      try {
        return readIn(make, bytes, cuts);
      } catch (error) {
        return String(error);
      }
    };
    fc.assert(
      fc.property(some, fc.array(fc.nat(60), { maxLength: 8 }), (data, places) => {
        const bytes = Buffer.from(data);
        const cuts = places.map((place) => Math.min(place, bytes.length));
        expect(outcome(bytes, cuts)).toEqual(outcome(bytes, []));
      }),
      { numRuns: 500 },
    );
  });
});

/** First lines, and whether they are headers; `import-file` of the command `mo` has the same list. */
const FIRST_LINES = [
  ['external_id,score', true],
  ['Score,"External_ID"', true],
  ['status, external_id ,score', true],
  ['external_id', true],
  ['external_id,100.00', false],
  ['external_id, 5,active', false],
  ['"external_id","5"', false],
  ['ada,5,external_id', false],
  ['ada,score', false],
  ['ada,100.00', false],
] as const;

describe('the size of a line', () => {
  const TOO_LONG = `is longer than ${LINE_BYTES_MAX} bytes`;
  /** A JSON text of this size. */
  const textOf = (size: number): string => `"${'x'.repeat(size - 2)}"`;
  const whole = textOf(LINE_BYTES_MAX);
  const space = ' \t\r\n'.repeat(LINE_BYTES_MAX);

  it("doesn't include its end, LF or CRLF", () => {
    for (const end of ['\n', '\r\n', '']) {
      expect(values(read(ndjson, `${whole}${end}`))).toEqual([JSON.parse(whole)]);
      expect(values(read(ndjson, `${textOf(LINE_BYTES_MAX + 1)}${end}`))).toEqual([TOO_LONG]);
      expect(values(read(csv, `${longLine.slice(1)}${end}`))).toEqual([{ external_id: longLine.slice(1) }]);
      expect(values(read(csv, `${longLine}${end}`))).toEqual([TOO_LONG]);
    }
  });

  it("doesn't include white space around an element, but that within it", () => {
    const file = Buffer.from(`[${space}${whole}${space},${space}${whole}${space},${space}]`);
    for (const cuts of [[], [2], [LINE_BYTES_MAX], [file.length - 3]])
      expect(values(readIn(jsonArray, file, cuts))).toEqual([JSON.parse(whole), JSON.parse(whole), MISSING]);
    expect(values(read(jsonArray, `[${space}]`))).toEqual([]);
    expect(values(read(jsonArray, `[[1${space}], "${space}", ${textOf(LINE_BYTES_MAX + 1)}\n]`))).toEqual([
      TOO_LONG,
      TOO_LONG,
      TOO_LONG,
    ]);
  });
});

describe('CSV', () => {
  it('recognises a header line by external_id, follows its order of columns, and needs none', () => {
    expect(read(csv, 'a,1,active\n')).toEqual([{ line: 1, value: { external_id: 'a', score: '1', status: 'active' } }]);
    expect(read(csv, 'Score, external_id\n1,a\n')).toEqual([{ line: 2, value: { external_id: 'a', score: '1' } }]);
  });

  it('reads quoted fields, and omits empty ones', () => {
    expect(values(read(csv, '"a,""b""","1",,"2026-01-01T00:00:00Z"'))).toEqual([
      { external_id: 'a,"b"', score: '1', preapproved_at: '2026-01-01T00:00:00Z' },
    ]);
  });

  it('limits an error to its line', () => {
    const lines = values(read(csv, `a,1\n"b,2\nc"c,3\nd,4,,,5\n${longLine}\n\xff,6\ne,7`));
    expect(lines).toEqual([
      { external_id: 'a', score: '1' },
      expect.stringContaining('is not CSV'),
      expect.stringContaining('is not CSV'),
      'has 5 fields, not 4',
      `is longer than ${LINE_BYTES_MAX} bytes`,
      { external_id: 'ÿ', score: '6' },
      { external_id: 'e', score: '7' },
    ]);
    expect(values(read(csv, Buffer.from([0x61, 0xff, 0x2c, 0x31])))).toEqual(['is not UTF-8']);
  });

  it('hints at another separator, and gives no line number of its own', () => {
    expect(values(read(csv, 'a;1\nb|2\nc\n"d,4\ne"f,5\n"g"h,6'))).toEqual([
      'has no comma between fields',
      'has no comma between fields',
      { external_id: 'c' },
      ...Array.from({ length: 3 }, () => expect.not.stringContaining('at line') as string),
    ]);
  });

  it('ends a line only at LF, and reads a file without LF completely', () => {
    const fault = 'contains a CR that is not followed by LF: lines end with LF or CRLF';
    for (const file of ['a,1\rb,2\r', '"a",1\r"b",2\r']) expect(values(read(csv, file))).toEqual([fault]);
    expect(values(read(csv, 'a,1\nexternal_id\r,2'))).toEqual([{ external_id: 'a', score: '1' }, fault]);
  });

  it.each(['externalid,score', 'sep=,'])('reports %s before the header or the first customer as neither', (line) => {
    const fault = 'is neither a header line with the column external_id nor a customer with a score';
    expect(values(read(csv, `${line}\nscore,external_id\n1,a`))).toEqual([fault, { external_id: 'a', score: '1' }]);
    expect(values(read(csv, `${line}\na,1\nb,x`))).toEqual([
      fault,
      { external_id: 'a', score: '1' },
      { external_id: 'b', score: 'x' },
    ]);
  });

  it.each(['c1,abc', 'c1,', 'c1,-', 'c1,,active', 'c1'])('reads %s as a customer without a good score', (line) => {
    expect(values(read(csv, `${line}\nc2,10`))).toMatchObject([{ external_id: 'c1' }, { external_id: 'c2' }]);
  });

  it('reads a first customer named external_id as a customer', () => {
    expect(values(read(csv, 'external_id,100.00\nbob,5'))).toEqual([
      { external_id: 'external_id', score: '100.00' },
      { external_id: 'bob', score: '5' },
    ]);
  });

  it.each(FIRST_LINES)('takes the first line %j for a header: %s', (line, isHeader) => {
    const linesOf = () => read(csv, `${line}\nbob,5\n`).map((each) => each.line);
    if (isHeader && !line.toLowerCase().includes('score')) expect(linesOf).toThrow('has no column score');
    else expect(linesOf()).toEqual(isHeader ? [2] : [1, 2]);
  });

  it('takes the first line that is not empty for a header', () => {
    const lines = read(csv, '\ufeff\r\n \nscore,external_id\n1,a\n');
    expect(lines).toEqual([{ line: 4, value: { external_id: 'a', score: '1' } }]);
  });

  it('counts the header line and empty lines in the line numbers', () => {
    expect(read(csv, 'external_id,score\r\n\r\na,1\r\n').map(({ line }) => line)).toEqual([3]);
  });

  it.each([
    ['external_id,colour', 'colour'],
    ['external_id,score,score', 'twice'],
    ['external_id,status', 'no column score'],
    ['external_id,score\r\r', 'contains a CR that is not followed by LF'],
    ['external_id,score\ra,1\rb,2', 'contains a CR that is not followed by LF'],
    ['external_id;score', 'has fields separated by ";", instead of ","'],
    ['Score\texternal_id', 'has fields separated by "\\t", instead of ","'],
  ])('refuses the header line %s', (header, why) => {
    expect(() => read(csv, `${header}\na,1`)).toThrow(why);
  });

  it('reads no line from an empty file', () => {
    expect(read(csv, '')).toEqual([]);
    expect(read(csv, 'external_id,score\n')).toEqual([]);
  });
});

describe('JSON', () => {
  it('keeps numbers as they were written', () => {
    for (const lines of [read(ndjson, '1e2\n100.005\n7'), read(jsonArray, '[1e2,100.005,7]')]) {
      expect(values(lines)).toEqual([new NumberLiteral('1e2'), new NumberLiteral('100.005'), 7]);
    }
  });

  it('reads an array as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue({ noUnicodeString: false })), fc.nat(3), (elements, indent) => {
        const plain = elements.filter((element) => !/[.e]|\d{16}|-0/.test(JSON.stringify(element)));
        expect(values(read(jsonArray, JSON.stringify(plain, null, indent)))).toEqual(
          JSON.parse(JSON.stringify(plain)) as unknown[],
        );
      }),
    );
  });

  it('numbers the elements of an array from 1', () => {
    expect(read(jsonArray, '[1,2]').map(({ line }) => line)).toEqual([1, 2]);
    expect(read(jsonArray, ' [ ] ')).toEqual([]);
  });

  it.each(['', ' ', '{}', '{"external_id":"a"}', '"a"', 'external_id,score'])(
    'refuses %j, which is not an array',
    (text) => {
      expect(() => read(jsonArray, text)).toThrow('must be a JSON array');
    },
  );

  it.each([
    ['[1,', [1, 'is incomplete: the array is not closed']],
    ['[1', ['is incomplete: the array is not closed']],
    ['[1,]', [1, MISSING]],
    ['[ , 1]', [MISSING, 1]],
    ['[1, ,2]', [1, MISSING, 2]],
    ['[1 2]', ['is not JSON: more follows the value without a separator at position 2']],
    ['[{"a":1}\n{"a":2},3]', ['is not JSON: more follows the value without a separator at position 8', 3]],
    ['[1,\n{"a":\n1]}]', [1, "is not JSON: Expected ',' or '}' after property value in JSON at position 7"]],
    ['[{"score":1,"score":2},1]', ['score is given more than once', 1]],
    ['[1]]', [1, 'comes after the end of the array']],
    ['[1] [2]', [1, 'comes after the end of the array']],
    [`["${longLine}",1]`, [`is longer than ${LINE_BYTES_MAX} bytes`, 1]],
  ])('reports the error of %.20s', (text, expected) => {
    expect(values(read(jsonArray, text))).toEqual(expected);
  });

  it("gives the place of an error in its line, and no line number but the file's", () => {
    const [, fault] = values(read(ndjson, '1\n{"a":1]'));
    expect(fault).toBe("is not JSON: Expected ',' or '}' after property value in JSON at position 6");
    const more = 'is not JSON: more follows the value without a separator at position 7';
    expect(values(read(ndjson, '{"a":1}{"a":2}'))).toEqual([more]);
  });

  it('limits an error in NDJSON to its line', () => {
    expect(values(read(ndjson, `1\n{\n${longLine}\n2`))).toEqual([
      1,
      expect.stringContaining('is not JSON'),
      `is longer than ${LINE_BYTES_MAX} bytes`,
      2,
    ]);
  });
});
