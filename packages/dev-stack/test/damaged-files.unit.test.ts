import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseServers, kindFile } from '../src/servers/choose.ts';
import { passwords, passwordsFile } from '../src/servers/secrets.ts';
import { apiKey } from '../src/stack/api-key.ts';
import { readStackFile, stackFileOf, writeStackFile } from '../src/stack/stack-file.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'mo-damaged-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const thrownBy = async (work: () => unknown): Promise<string> => {
  try {
    await work();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
};

describe('a damaged file in the folder of a stack', () => {
  test.each([
    ['empty', ''],
    ['truncated', '{"postgres":"secret-pass'],
    ['of another form', '["secret-pass"]'],
    ['of another form', '{"postgres":7}'],
    ['null', 'null'],
  ])('passwords: an %s file is named, with advice and without its content', async (_, text) => {
    writeFileSync(passwordsFile(dir), text);
    const message = await thrownBy(() => passwords(dir));
    expect(message).toBe(
      `${passwordsFile(dir)} is damaged: restore it, or start from scratch with npm start -- --fresh`,
    );
  });

  test.each(['', '{"kind":', '{"kind":"podman"}', '[]', 'null'])(
    'the kind of servers: a file with %j is named, with advice; --fresh ignores it',
    async (text) => {
      writeFileSync(kindFile(dir), text);
      const env = { DOCKER_HOST: 'tcp://127.0.0.1:1' };
      const message = await thrownBy(() => chooseServers(env, dir, () => {}));
      expect(message).toBe(
        `${kindFile(dir)} is damaged: set MO_SERVERS to the kind of servers that have the data (containers or ` +
          'embedded), or start from scratch with npm start -- --fresh',
      );
      await expect(chooseServers({ ...env, MO_SERVERS: 'embedded' }, dir, () => {})).resolves.toMatchObject({
        postgres: { kind: 'embedded' },
      });
      await expect(chooseServers(env, dir, () => {}, true)).resolves.toHaveProperty('kafka.kind');
    },
  );

  test.each(['', '\n', 'mo_short\n', 'two words, and longer than a key is\n'])(
    'the API key: a file with %j is named, with advice',
    async (text) => {
      writeFileSync(join(dir, 'api-key'), text);
      const message = await thrownBy(() => apiKey(dir));
      expect(message).toBe(
        `the key in ${join(dir, 'api-key')} must have at least 32 characters and no spaces: remove the file, and the next ` +
          'start generates a key',
      );
    },
  );

  test.each(['{"gateway"', 'null', '[]'])('a description of the stack with %j is named, and replaced', async (text) => {
    writeFileSync(stackFileOf(dir), text);
    expect(await thrownBy(() => readStackFile(dir))).toBe(
      `${stackFileOf(dir)} is damaged: remove it, or restart the stack, which writes it`,
    );
    const stack = { apiKey: 'k' } as Parameters<typeof writeStackFile>[1];
    writeStackFile(dir, stack);
    expect(JSON.parse(readFileSync(stackFileOf(dir), 'utf8'))).toEqual(stack);
  });
});
