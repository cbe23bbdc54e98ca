import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkLogLevel } from '@mo/dev-stack';
import { z } from 'zod';
import { ConfigError, databaseUrl, port, processConfig, readConfig } from '../src/index.ts';

const url = 'postgres://loans:secret@localhost/loans';
const schema = z.object({ PORT: port, LOANS_DATABASE_URL: databaseUrl, LEVEL: z.string().default('info') });

const dir = mkdtempSync(join(tmpdir(), 'mo-config-'));
afterAll(() => rmSync(dir, { recursive: true }));

function fileWith(text: string): string {
  const file = join(dir, 'secret');
  writeFileSync(file, text);
  return file;
}

const errorOf = (read: () => unknown): string => {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
  }
  throw new Error('it was taken');
};

it('is read from the environment', () => {
  expect(readConfig(schema, { PORT: '8082', LOANS_DATABASE_URL: url })).toEqual({
    PORT: 8082,
    LOANS_DATABASE_URL: url,
    LEVEL: 'info',
  });
});

it('names every variable that is wrong or missing', () => {
  expect(errorOf(() => readConfig(schema, { PORT: 'http' }))).toMatch(
    /^The configuration is wrong:\n {2}PORT: .+\n {2}LOANS_DATABASE_URL is not set$/,
  );
});

describe('a variable that has a file', () => {
  it.each([{}, { LOANS_DATABASE_URL: '' }])('is read from it where it is not set itself: %j', (unset) => {
    const environment = { PORT: '1', ...unset, LOANS_DATABASE_URL_FILE: fileWith(`${url}\n`) };
    expect(readConfig(schema, environment).LOANS_DATABASE_URL).toBe(url);
  });

  it('is checked as if it had been set, and its value is not shown', () => {
    const environment = { PORT: '1', LOANS_DATABASE_URL_FILE: fileWith('a-secret') };
    expect(errorOf(() => readConfig(schema, environment))).toBe(
      'The configuration is wrong:\n  LOANS_DATABASE_URL: must be a postgres:// URL',
    );
  });

  it('is unset if the file is empty', () => {
    const optional = z.object({ NAME: z.string().default('mo') });
    expect(readConfig(optional, { NAME_FILE: fileWith('\n') })).toEqual({ NAME: 'mo' });
  });

  it('is refused if the variable itself is set as well', () => {
    const environment = { PORT: '1', LOANS_DATABASE_URL: url, LOANS_DATABASE_URL_FILE: fileWith(url) };
    expect(errorOf(() => readConfig(schema, environment))).toContain(
      'LOANS_DATABASE_URL_FILE: LOANS_DATABASE_URL is set too: set one of them',
    );
  });

  it('is refused, with one error, if the file cannot be read', () => {
    const message = errorOf(() => readConfig(schema, { PORT: '1', LOANS_DATABASE_URL_FILE: join(dir, 'none') }));
    expect(message).toMatch(/^The configuration is wrong:\n {2}LOANS_DATABASE_URL_FILE: ENOENT.+none'$/);
  });

  it("is left to a schema that contains the name of the file's variable", () => {
    const keys = z.object({ KEYS: z.string().optional(), KEYS_FILE: z.string().optional() });
    expect(readConfig(keys, { KEYS_FILE: '/nowhere' })).toEqual({ KEYS_FILE: '/nowhere' });
  });
});

it('npm start accepts the same log levels', () => {
  for (const level of processConfig.LOG_LEVEL.unwrap().options) checkLogLevel({ LOG_LEVEL: level });
  expect(() => checkLogLevel({ LOG_LEVEL: 'INFO' })).toThrow('not "INFO"');
});
