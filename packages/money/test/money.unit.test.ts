import fc from 'fast-check';
import { AMOUNT_MAX, formatMoney, MoneyError, parseMoney } from '../src/index.ts';

const amounts = fc.bigInt({ min: 0n, max: AMOUNT_MAX });

describe('money', () => {
  it('is parsed to the same amount that was formatted', () => {
    fc.assert(fc.property(amounts, (minor) => expect(parseMoney(formatMoney(minor))).toBe(minor)));
  });

  it('is formatted with two decimals, including negative amounts', () => {
    expect([0n, 5n, 50n, 120050n, -5n, -120000n].map(formatMoney)).toEqual([
      '0.00',
      '0.05',
      '0.50',
      '1200.50',
      '-0.05',
      '-1200.00',
    ]);
  });

  it('is parsed with no, one or two decimals', () => {
    expect(['1200', '1200.5', '1200.50', '007'].map(parseMoney)).toEqual([120000n, 120050n, 120050n, 700n]);
  });

  it.each([
    ['-1', 'sign'],
    ['+1', 'sign'],
    ['1-', 'plain decimal'],
    ['1.005', 'two decimals'],
    ['12.0055', 'two decimals'],
    ['x1.005', 'plain decimal'],
    ['1.005x', 'plain decimal'],
    ['1e3', 'exponent'],
    ['12E3', 'exponent'],
    ['1.5e3', 'exponent'],
    ['x1e3', 'plain decimal'],
    ['12345678901', '10 digits'],
    ['12345678901.50', '10 digits'],
    ['x12345678901', 'plain decimal'],
    ['12345678901x', 'plain decimal'],
    ['', 'plain decimal'],
    ['1.', 'plain decimal'],
    ['.5', 'plain decimal'],
    [' 1', 'plain decimal'],
    ['1,5', 'plain decimal'],
    ['NaN', 'plain decimal'],
    ['٣', 'plain decimal'],
  ])('rejects %j and names the broken rule', (text, rule) => {
    expect(() => parseMoney(text)).toThrow(MoneyError);
    expect(() => parseMoney(text)).toThrow(expect.objectContaining({ name: 'MoneyError' }));
    expect(() => parseMoney(text)).toThrow(rule);
  });
});
