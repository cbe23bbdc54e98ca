import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOptions, wholeNumber } from '../src/options.ts';
import { findTarget } from '../src/target.ts';

describe('which system a command works on', () => {
  const dir = mkdtempSync(join(tmpdir(), 'mo-streams-'));
  afterAll(() => rmSync(dir, { recursive: true }));
  const urls = {
    CUSTOMERS_DATABASE_URL: 'postgres://c',
    LOANS_DATABASE_URL: 'postgres://l',
    PAYMENTS_DATABASE_URL: 'postgres://p',
  };

  it('is what the environment names', () => {
    expect(findTarget({ ...urls, KAFKA_BROKERS: 'a:1,b:2' }, dir)).toEqual({
      databases: {
        customers: { url: 'postgres://c' },
        loans: { url: 'postgres://l' },
        payments: { url: 'postgres://p' },
      },
      kafka: { brokers: ['a:1', 'b:2'] },
    });
  });

  it('is read as the services read it: what protects a connection counts, and brokers may be missing', () => {
    const { databases, kafka } = findTarget({ ...urls, PGSSLMODE: 'verify-full' }, dir);
    expect(databases.loans).toEqual({ url: 'postgres://l', tls: {} });
    expect(kafka).toBeNull();
    expect(() => findTarget({ ...urls, KAFKA_BROKERS: 'a' }, dir)).toThrow('KAFKA_BROKERS: must be host:port');
  });

  it('is named as missing, whole or in part', () => {
    expect(() => findTarget({}, dir)).toThrow(/no databases: set CUSTOMERS_DATABASE_URL, .* or run `npm start`/);
    expect(() => findTarget({ ...urls, LOANS_DATABASE_URL: '' }, dir)).toThrow(/^LOANS_DATABASE_URL must be set too/);
  });
});

describe('options', () => {
  it('are read, and refused by name', () => {
    const options = readOptions(['--customer', '7'], ['customer'], 'usage');
    if (options === 'help') throw new Error('no help was asked for');
    expect(wholeNumber(options, 'customer', 1)).toBe(7);
    expect(() => wholeNumber(options, 'customer', 8)).toThrow('--customer must be a whole number from 8, not "7"');
    expect(() => readOptions(['--custumer', '7'], ['customer'], 'usage')).toThrow(/custumer.*\n\nusage/s);
    expect(readOptions(['--help'], [], 'usage')).toBe('help');
  });
});
