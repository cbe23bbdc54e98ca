/** Guarantees of parameters and bodies: the server reads the values that were sent. */
import { type Fault, servers, unit } from '../fault.ts';

export const encoding: readonly Fault[] = [
  {
    id: 'null-by-name',
    file: 'packages/database/src/array-text.ts',
    replace: 'return value.length === 4 && NULL_WORD.test(value) ? `"${value}"` : value;',
    by: 'return value;',
    breaks: 'the text null is stored as SQL NULL',
    check: servers('packages/database/test/array-text'),
  },
  {
    id: 'line-end-as-n',
    file: 'packages/database/src/array-text.ts',
    replace: 'NOT_AS_JSON.test(value)',
    by: "value === ''",
    breaks: 'a line break in a text is stored as the letter n',
    check: servers('packages/database/test/array-text'),
  },
  {
    id: 'null-as-empty-text',
    file: 'packages/database/src/array-binary.ts',
    replace: 'const NULL_LENGTH = -1;',
    by: 'const NULL_LENGTH = 0;',
    breaks: 'NULL in an array is stored as an empty text',
    check: unit('packages/database/test/array-binary'),
  },
  {
    id: 'length-in-characters',
    file: 'packages/database/src/array-binary.ts',
    replace: 'bytes += Buffer.byteLength(value);',
    by: 'bytes += value.length;',
    breaks: 'texts with characters beyond ASCII are cut',
    check: unit('packages/database/test/array-binary'),
  },
  {
    id: 'elements-of-any-kind',
    file: 'packages/database/src/array-binary.ts',
    replace: 'values.every(oid === BYTEA ? isBytesOrNull : isTextOrNull)',
    by: '(oid === BYTEA ? isBytesOrNull : isTextOrNull)(values[0])',
    breaks: 'a text array with a number among its elements cannot be sent',
    check: unit('packages/database/test/array-binary'),
  },
  {
    id: 'type-by-the-last-cast',
    file: 'packages/database/src/parameters.ts',
    replace: '!(place in oids) || oids[place] === oid ? oid : undefined',
    by: 'oid',
    breaks: 'the server refuses a parameter that a statement casts to several types',
    check: servers('packages/database/test/parameters'),
  },
  {
    id: 'values-without-number',
    file: 'packages/contracts/src/json.ts',
    replace: 'Math.max(values, members) > JSON_VALUES_MAX',
    by: 'false',
    breaks: 'a body with half a million numbers keeps a service busy, and others wait',
    check: unit('packages/contracts/test/json'),
  },
  {
    id: 'escaped-names-as-others-wrote-them',
    file: 'packages/contracts/src/json.ts',
    replace: 'JSON.parse(withPlainNames(text), reviver)',
    by: 'JSON.parse(text, reviver)',
    breaks: 'a member with an escaped name is refused as unknown, once another caller has sent a certain name',
    check: unit('packages/contracts/test/json'),
  },
];
