import { createHash } from 'node:crypto';
import { sha256 } from '../src/index.ts';

it.each(['abc', '', 'ü😀', 'x'.repeat(10_000)])('is the SHA-256 of the text in UTF-8: %#', (text) => {
  expect(sha256(text)).toEqual(createHash('sha256').update(text, 'utf8').digest());
});

it('is that of the example in FIPS 180-4', () => {
  expect(sha256('abc').toString('hex')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
