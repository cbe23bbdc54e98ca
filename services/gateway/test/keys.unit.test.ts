import { hash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { pino } from 'pino';
import type { ApiKey } from '../src/keys/api-key.ts';
import { EMPTY_SETTLE_MS, FILE_POLL_MS, FILE_SETTLE_MS } from '../src/keys/key-file.ts';
import { KeyRing } from '../src/keys/key-ring.ts';
import { parseKeys, parseValidKeys } from '../src/keys/parse-keys.ts';
import { watchStaticKeys } from '../src/keys/static-keys.ts';
import { rateHeaders, retryAfter } from '../src/rates/meter.ts';
import { TokenBucket } from '../src/rates/token-bucket.ts';
import { until } from './support.ts';

const digest = (key: string): string => hash('sha256', key);
const first = digest('first');
const second = digest('second');
const EVERYTHING = new Set(['admin']);

const ringOf = (text: string): KeyRing => {
  const ring = new KeyRing((_digest, rate) => new TokenBucket(rate, 0));
  ring.replace(parseValidKeys(text, 'API_KEYS'));
  return ring;
};

describe('the list of API keys', () => {
  it('is separated by new lines or commas, with comments, blank lines and rates', () => {
    const keys = parseValidKeys(`# ours\n\n shop:${first}:2.5 , ops:${second.toUpperCase()} # no rate\r\n`, 'API_KEYS');
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
    const keys = parseValidKeys(`shop:${first}:5:loans:read+loans:write,ops:${second}::customers:read`, 'API_KEYS');
    expect(keys.map(({ rate, scopes }) => [rate, [...scopes]])).toEqual([
      [5, ['loans:read', 'loans:write']],
      [null, ['customers:read']],
    ]);
  });

  it('may give one caller several keys', () => {
    expect(parseValidKeys(`shop:${first}\nshop:${second}`, 'API_KEYS').map(({ caller }) => caller)).toEqual([
      'shop',
      'shop',
    ]);
  });

  it.each([
    [`a b:${first}`, 'API_KEYS, line 1: the id must be'],
    [`:${first}`, 'API_KEYS, line 1: the id must be'],
    [`\n\nshop:${first.slice(1)}`, 'API_KEYS, line 3: the key must be its SHA-256'],
    ['shop:in-clear-text', 'API_KEYS, line 1: the key must be its SHA-256'],
    [`shop:${first}:0`, 'API_KEYS, line 1: the rate must be'],
    [`shop:${first}:-1`, 'API_KEYS, line 1: the rate must be'],
    [`shop:${first}:many`, 'API_KEYS, line 1: the rate must be'],
    [`shop:${first}:`, 'API_KEYS, line 1: the rate must be'],
    [`shop:${first}:1:2`, 'API_KEYS, line 1: each scope must be one of customers:read'],
    [`shop:${first}::loans:read+`, 'API_KEYS, line 1: each scope must be one of customers:read'],
    [`shop:${first},ops:${second},b c:${second}`, 'API_KEYS, line 1, entry 3: the id must be'],
    [`shop:${first}\nother:${first}`, 'API_KEYS, line 2: the key occurs twice'],
  ])('is refused if an entry breaks a rule, which the error names with its line: %j', (text, message) => {
    expect(() => parseValidKeys(text, 'API_KEYS')).toThrow(message);
  });

  it.each(['shop:in-clear-text', 'in-clear-text', 'shop:in-clear-text:5', `shop:${first}:in-clear-text`])(
    'is refused without repeating a possible key in clear text: %j',
    (text) => expect(() => parseValidKeys(text, 'API_KEYS')).not.toThrow('in-clear-text'),
  );

  it('has the valid entries beside those that are not', () => {
    const { keys, faults } = parseKeys(`shop:${first}\nnonsense\nops:${second}\nshop:${first}::loans:read`);
    expect(keys.map(({ caller, scopes }) => [caller, scopes])).toEqual([
      ['shop', EVERYTHING],
      ['ops', EVERYTHING],
    ]);
    expect(faults).toEqual([
      'line 2: the key must be its SHA-256 in 64 hexadecimal digits',
      'line 4: the key occurs twice',
    ]);
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
    ring.replace(parseValidKeys(`shop:${first}:1\nops:${second}`, 'API_KEYS'));
    expect(ring.find('first')?.meter).toBe(used);
    ring.replace(parseValidKeys(`shop:${first}:2`, 'API_KEYS'));
    expect(ring.find('first')?.meter).not.toBe(used);
    expect(ring.find('second')).toBeNull();
  });

  it('refuses a key from its expiry on, and reports the use of stored keys', () => {
    const used: number[] = [];
    const ring = new KeyRing(
      () => new TokenBucket(1, 0),
      (id) => used.push(id),
    );
    const [key] = parseValidKeys(`shop:${first}`, 'API_KEYS') as [ApiKey];
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

  it.each([1e-300, 5e-324])('is in the headers in digits, also if it is as low as %d', (rate) => {
    const bucket = new TokenBucket(rate, 0);
    expect(rateHeaders(bucket, bucket.take(0)).filter((_, place) => place % 2 === 1)).toEqual([
      '"key";q=1;w=31536000',
      '"key";r=0;t=31536000',
    ]);
    expect(retryAfter(bucket.take(1).waitMs)).toBe('31536000');
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
  const logger = pino({ level: 'warn' }, { write: (line) => log.push(line) });
  const logged = (text: string) => log.some((line) => line.includes(text));
  let close: () => void = () => {};
  afterEach(() => {
    close();
    log.length = 0;
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** @returns the keys in force, by what is hashed */
  function watch(text: string) {
    writeFileSync(file, text);
    const ring = ringOf(`none:${digest('none')}`);
    close = watchStaticKeys({ file }, false, (keys) => ring.replace(keys), logger);
    return (key: string) => ring.find(key)?.id;
  }

  it('that is missing or invalid is an error that names it', () => {
    const none = join(folder, 'none');
    expect(() => watchStaticKeys({ file: none }, true, () => {}, logger)).toThrow(`API_KEYS_FILE ${none}`);
    writeFileSync(file, 'nonsense');
    expect(() => watchStaticKeys({ file }, true, () => {}, logger)).toThrow(`API_KEYS_FILE ${file}, line 1`);
  });

  it.each(['', '\n# none yet\n'])('without a key is an error at start, unless keys are stored, too: %j', (text) => {
    writeFileSync(file, text);
    const none = { file };
    expect(() => watchStaticKeys(none, false, () => {}, logger)).toThrow(`API_KEYS_FILE ${file} contains no key`);
    const given: ApiKey[][] = [];
    close = watchStaticKeys(none, true, (keys) => given.push(keys), logger);
    expect(given).toEqual([[]]);
    expect(() => watchStaticKeys({ text: '# none' }, true, () => {}, logger)).toThrow('API_KEYS contains no key');
  });

  it('is reread when it changes', async () => {
    const callerOf = watch(`shop:${first}`);
    writeFileSync(file, `shop:${first}\nops:${second}`);
    await until(() => callerOf('second') === 'ops', 'the new key is known');
    writeFileSync(file, `ops:${second}`);
    await until(() => callerOf('first') === undefined, 'the old key is forgotten');
    expect([callerOf('second'), log]).toEqual(['ops', []]);
  });

  it('with a line that is not valid has its other keys, so a removed key is not valid any more', async () => {
    const callerOf = watch(`shop:${first}`);
    writeFileSync(file, `mo_in-clear-text\nops:${second}`);
    await until(() => callerOf('first') === undefined, 'the removed key is refused');
    expect(callerOf('second')).toBe('ops');
    expect([logged('line 1: the key must be'), logged('in-clear-text')]).toEqual([true, false]);
  });

  it('whose lines are all not valid leaves the keys as they were', async () => {
    const callerOf = watch(`shop:${first}`);
    writeFileSync(file, 'shop:mo_in-clear-text\n<html>');
    await until(() => logged('line 1: the key must be'), 'the log says what is wrong');
    expect([callerOf('first'), logged('in-clear-text')]).toEqual(['shop', false]);
  });

  it('that is gone leaves the keys as they were, until it is back', async () => {
    const callerOf = watch(`shop:${first}`);
    rmSync(file);
    await until(() => logged('ENOENT'), 'the log says that the file is gone');
    expect(callerOf('first')).toBe('shop');
    writeFileSync(file, `ops:${first}`);
    await until(() => callerOf('first') === 'ops', 'the file that is back is read');
    expect(log).toHaveLength(1);
  });

  describe('while it is written', () => {
    beforeEach(() => void jest.useFakeTimers());
    afterEach(() => void jest.useRealTimers());

    it.each(['', '# nothing left\n'])('without a key for so long revokes the last one, with a warning: %j', (text) => {
      const callerOf = watch(`shop:${first}`);
      writeFileSync(file, text);
      jest.advanceTimersByTime(FILE_POLL_MS + EMPTY_SETTLE_MS - 1);
      expect([callerOf('first'), log]).toEqual(['shop', []]);
      jest.advanceTimersByTime(FILE_SETTLE_MS);
      expect([callerOf('first'), logged('contains no key any more')]).toEqual([undefined, true]);
    });

    it('keeps its keys: a change counts once it lasts', () => {
      const callerOf = watch(`shop:${first}`);
      writeFileSync(file, '');
      jest.advanceTimersByTime(FILE_POLL_MS + EMPTY_SETTLE_MS - FILE_SETTLE_MS);
      writeFileSync(file, `shop:${first}\nop`);
      jest.advanceTimersByTime(FILE_SETTLE_MS);
      expect(callerOf('first')).toBe('shop');
      writeFileSync(file, `shop:${first}\nops:${second}`);
      jest.advanceTimersByTime(FILE_SETTLE_MS);
      expect([callerOf('first'), callerOf('second')]).toEqual(['shop', undefined]);
      jest.advanceTimersByTime(FILE_SETTLE_MS);
      expect([callerOf('first'), callerOf('second'), log]).toEqual(['shop', 'ops', []]);
    });
  });
});
