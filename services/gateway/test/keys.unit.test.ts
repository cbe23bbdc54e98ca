import { hash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { ApiKey } from '../src/keys/api-key.ts';
import { KeyRing } from '../src/keys/key-ring.ts';
import { parseKeys } from '../src/keys/parse-keys.ts';
import { watchStaticKeys } from '../src/keys/static-keys.ts';
import { TokenBucket } from '../src/rates/token-bucket.ts';
import { until } from './support.ts';

const digest = (key: string): string => hash('sha256', key);
const first = digest('first');
const second = digest('second');
const EVERYTHING = new Set(['admin']);

const ringOf = (text: string): KeyRing => {
  const ring = new KeyRing((_digest, rate) => new TokenBucket(rate, 0));
  ring.replace(parseKeys(text, 'API_KEYS'));
  return ring;
};

describe('the list of API keys', () => {
  it('is separated by new lines or commas, with comments, blank lines and rates', () => {
    const keys = parseKeys(`# ours\n\n shop:${first}:2.5 , ops:${second.toUpperCase()} # no rate\r\n`, 'API_KEYS');
    expect(keys).toEqual([
      {
        caller: 'shop',
        keyId: null,
        digest: Buffer.from(first, 'hex'),
        scopes: EVERYTHING,
        rate: 2.5,
        expiresAtMs: null,
      },
      {
        caller: 'ops',
        keyId: null,
        digest: Buffer.from(second, 'hex'),
        scopes: EVERYTHING,
        rate: null,
        expiresAtMs: null,
      },
    ]);
  });

  it('may contain scopes, with and without a rate', () => {
    const keys = parseKeys(`shop:${first}:5:loans:read+loans:write,ops:${second}::customers:read`, 'API_KEYS');
    expect(keys.map(({ rate, scopes }) => [rate, [...scopes]])).toEqual([
      [5, ['loans:read', 'loans:write']],
      [null, ['customers:read']],
    ]);
  });

  it('may give one caller several keys', () => {
    expect(parseKeys(`shop:${first}\nshop:${second}`, 'API_KEYS').map(({ caller }) => caller)).toEqual([
      'shop',
      'shop',
    ]);
  });

  it.each([
    ['', 'API_KEYS contains no key'],
    ['# nothing', 'API_KEYS contains no key'],
    [`a b:${first}`, 'API_KEYS, line 1: the id must be'],
    [`:${first}`, 'API_KEYS, line 1: the id must be'],
    [`\n\nshop:${first.slice(1)}`, 'API_KEYS, line 3: the key of "shop" must be its SHA-256'],
    ['shop:in-clear-text', 'API_KEYS, line 1: the key of "shop" must be its SHA-256'],
    [`shop:${first}:0`, 'API_KEYS, line 1: the rate of "shop" must be'],
    [`shop:${first}:-1`, 'API_KEYS, line 1: the rate of "shop" must be'],
    [`shop:${first}:many`, 'API_KEYS, line 1: the rate of "shop" must be'],
    [`shop:${first}:`, 'API_KEYS, line 1: the rate of "shop" must be'],
    [`shop:${first}:1:2`, 'API_KEYS, line 1: "2" of "shop" must be one of the scopes'],
    [`shop:${first}::loans:read+`, 'API_KEYS, line 1: "" of "shop" must be one of the scopes'],
    [`shop:${first}\nother:${first}`, 'API_KEYS, line 2: the key of "other" occurs twice'],
  ])('is refused if an entry breaks a rule, which the error names with its line: %j', (text, message) => {
    expect(() => parseKeys(text, 'API_KEYS')).toThrow(message);
  });

  it('is refused without repeating a possible key in clear text', () => {
    expect(() => parseKeys('shop:in-clear-text', 'API_KEYS')).not.toThrow('in-clear-text');
  });
});

describe('a key ring', () => {
  it('finds the caller of a key, and none for other text', () => {
    const ring = ringOf(`shop:${first},ops:${second}`);
    expect(ring.find('first')?.id).toBe('shop');
    expect(ring.find('second')?.id).toBe('ops');
    for (const wrong of ['', 'First', 'first ', first, 'third']) expect(ring.find(wrong)).toBeNull();
  });

  it('distinguishes digests with a common prefix', () => {
    const alike = `${first.slice(0, 8)}${second.slice(8)}`;
    const ring = ringOf(`other:${alike},shop:${first}`);
    expect(ring.find('first')?.id).toBe('shop');
  });

  it("keeps the used part of a key's rate when the keys are reread", () => {
    const ring = ringOf(`shop:${first}:1`);
    const used = ring.find('first')?.meter;
    ring.replace(parseKeys(`shop:${first}:1\nops:${second}`, 'API_KEYS'));
    expect(ring.find('first')?.meter).toBe(used);
    ring.replace(parseKeys(`shop:${first}:2`, 'API_KEYS'));
    expect(ring.find('first')?.meter).not.toBe(used);
    expect(ring.find('second')).toBeNull();
  });

  it('refuses a key from its expiry on, and reports the use of stored keys', () => {
    const used: number[] = [];
    const ring = new KeyRing(
      () => new TokenBucket(1, 0),
      (id) => used.push(id),
    );
    const [key] = parseKeys(`shop:${first}`, 'API_KEYS') as [ApiKey];
    ring.replace([
      { ...key, keyId: 1, expiresAtMs: Date.now() + 60_000 },
      { ...key, keyId: 2, digest: Buffer.from(second, 'hex'), expiresAtMs: Date.now() },
    ]);
    expect([ring.find('first')?.keyId, ring.find('second')]).toEqual([1, null]);
    expect(used).toEqual([1]);
  });
});

describe('a rate', () => {
  it("admits one second's requests at once, and then the given number per second", () => {
    const bucket = new TokenBucket(10, 0);
    const passed = (nowMs: number) => {
      let count = 0;
      while (bucket.take(nowMs).waitMs === 0) count += 1;
      return count;
    };
    expect(passed(0)).toBe(10);
    expect(passed(99)).toBe(0);
    expect(passed(500)).toBe(5);
    expect(passed(60_000)).toBe(10);
  });

  it('reports how long to wait, also below one request per second', () => {
    const bucket = new TokenBucket(0.5, 0);
    expect(bucket.take(0)).toEqual({ waitMs: 0, left: 0 });
    expect(bucket.take(500).waitMs).toBeCloseTo(1_500);
    expect(bucket.take(2_000).waitMs).toBe(0);
  });
});

describe('a file of API keys', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mo-keys-'));
  const file = join(folder, 'keys');
  const log: string[] = [];
  const logger = pino({ level: 'error' }, { write: (line) => log.push(line) });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('that is missing or invalid is an error that names it', () => {
    const none = join(folder, 'none');
    expect(() => watchStaticKeys({ file: none }, () => {}, logger)).toThrow(`API_KEYS_FILE ${none}`);
    writeFileSync(file, 'nonsense');
    expect(() => watchStaticKeys({ file }, () => {}, logger)).toThrow(`API_KEYS_FILE ${file}, line 1`);
  });

  it('is reread when it changes; an invalid file leaves the keys as they were', async () => {
    writeFileSync(file, `shop:${first}`);
    const ring = ringOf(`none:${digest('none')}`);
    const close = watchStaticKeys({ file }, (keys) => ring.replace(keys), logger);
    try {
      writeFileSync(file, `shop:${first}\nops:${second}`);
      await until(() => ring.find('second') !== null, 'the new key is known');
      writeFileSync(file, 'nonsense');
      await until(() => log.some((line) => line.includes('line 1')), 'the log says what is wrong');
      expect(ring.find('first')?.id).toBe('shop');
      writeFileSync(file, `ops:${second}`);
      await until(() => ring.find('first') === null, 'the old key is forgotten');
      expect(ring.find('second')?.id).toBe('ops');
      rmSync(file);
      await until(() => log.some((line) => line.includes('ENOENT')), 'the log says that the file is gone');
      expect(ring.find('second')?.id).toBe('ops');
      writeFileSync(file, `ops:${first}`);
      await until(() => ring.find('first')?.id === 'ops', 'the file that is back is read');
      expect(log).toHaveLength(2);
    } finally {
      close();
    }
  });
});
