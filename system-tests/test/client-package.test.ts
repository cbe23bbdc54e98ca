/**
 * The client package as its users get it: packed, installed in an empty project without a network, type-checked and
 * run.
 */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type System, startSystem } from '../src/system.ts';

const run = promisify(execFile);
const rootDir = fileURLToPath(new URL('../..', import.meta.url));
const clientDir = join(rootDir, 'packages/client');
/** An older compiler of users, and the newest one. */
const COMPILERS = [
  join(clientDir, 'node_modules/typescript/bin/tsc'),
  join(rootDir, 'node_modules/typescript/bin/tsc'),
];
const STRICT = { noEmit: true, strict: true, exactOptionalPropertyTypes: true, target: 'es2022', module: 'nodenext' };
/** The sources to check, by environment. */
const CHECKS = {
  'readme.ts': { ...STRICT, lib: ['es2022'], types: ['node'], skipLibCheck: true },
  'page.ts': { ...STRICT, lib: ['es2022', 'dom', 'dom.iterable'], types: [] },
};
/** The globals of a web page, without those of Node.js. */
const PAGE_GLOBALS = [
  'AbortController AbortSignal Blob DOMException Headers ReadableStream Request Response TextEncoder URL URLSearchParams',
  'clearTimeout crypto fetch performance setTimeout',
]
  .join(' ')
  .split(' ');
const LONG_MS = 300_000;

let system: System;
let project: string;
beforeAll(async () => {
  system = await startSystem({ env: { LOG_LEVEL: 'fatal' } });
  project = await mkdtemp(join(tmpdir(), 'mo-client-'));
  await writeFile(join(project, 'package.json'), '{"private": true, "type": "module"}');
  await run('npm', ['pack', '--silent', '--pack-destination', project], { cwd: clientDir });
  const [tarball = ''] = (await readdir(project)).filter((name) => name.endsWith('.tgz'));
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', `./${tarball}`], { cwd: project });
}, LONG_MS);
afterAll(async () => {
  await system?.stop();
  if (project !== undefined) await rm(project, { recursive: true });
});

const env = (): NodeJS.ProcessEnv => ({ ...process.env, MO_URL: system.stack.url, MO_API_KEY: system.stack.apiKey });

it('has no dependencies and no unneeded files', async () => {
  expect((await readdir(join(project, 'node_modules'))).filter((name) => !name.startsWith('.'))).toEqual(['@mo']);
  expect(await readdir(join(project, 'node_modules/@mo'))).toEqual(['client']);
  const files = await readdir(join(project, 'node_modules/@mo/client'));
  expect(files.sort()).toEqual(['README.md', 'dist', 'package.json', 'src']);
});

it(
  'has usable types for every compiler, in Node.js and in a web page',
  async () => {
    await cp(join(rootDir, 'node_modules/@types/node'), join(project, 'node_modules/@types/node'), { recursive: true });
    await cp(join(rootDir, 'node_modules/undici-types'), join(project, 'node_modules/undici-types'), {
      recursive: true,
    });
    await writeFile(join(project, 'readme.ts'), await readmeProgram());
    const page = `import { MoClient } from '@mo/client';
      export const mo = new MoClient({ url: location.origin, apiKey: 'k' });
      export const amount: Promise<string> = mo.customers.balance(7).then((balance) => balance.available_amount);
      // @ts-expect-error: there is no such status
      void mo.loans.list({ status: 'open' });`;
    await writeFile(join(project, 'page.ts'), page);
    for (const [file, compilerOptions] of Object.entries(CHECKS)) {
      await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }));
      for (const compiler of COMPILERS) {
        const told = await run(process.execPath, [compiler, '--pretty', 'false'], { cwd: project }).catch(printedBy);
        expect(told.stdout).toBe('');
      }
    }
  },
  LONG_MS,
);

it('behaves as described in its README', async () => {
  await writeFile(join(project, 'readme.ts'), await readmeProgram());
  await writeFile(join(project, 'customers.csv'), 'external_id,score\nbob,10.00\nbob,20.00\n');
  const { stdout } = await run(process.execPath, ['--disable-warning=ExperimentalWarning', 'readme.ts'], {
    cwd: project,
    env: env(),
  });
  expect(stdout.split('\n')).toEqual([
    '400.00',
    'at most 400.00',
    'mary-loan-1 600.00',
    expect.stringMatching(/^\S+Z loan 600.00 600.00$/),
    '350.00',
    '',
  ]);
});

it('needs only what browsers provide', async () => {
  const module = join(project, 'node_modules/@mo/client/dist/index.js');
  const program = `
    import { readFileSync } from 'node:fs';
    import { dirname, resolve } from 'node:path';
    import vm from 'node:vm';
    const globals = ${JSON.stringify(PAGE_GLOBALS)};
    const page = vm.createContext(Object.fromEntries(globals.map((name) => [name, globalThis[name]])));
    const modules = new Map();
    const load = (path) => {
      if (!path.startsWith('/')) throw new Error('a page can not import ' + path);
      if (!modules.has(path)) {
        const module = new vm.SourceTextModule(readFileSync(path, 'utf8'), { context: page, identifier: path });
        modules.set(path, module);
      }
      return modules.get(path);
    };
    const client = load(${JSON.stringify(module)});
    await client.link((name, from) => load(name.startsWith('.') ? resolve(dirname(from.identifier), name) : name));
    await client.evaluate();
    const mo = new client.namespace.MoClient({ url: process.env.MO_URL, apiKey: process.env.MO_API_KEY });
    const { id } = await mo.customers.create({ external_id: 'of-a-page', score: '5.00' });
    const summary = await mo.customers.createInBulk(new Blob(['p-1,1.00']), { type: 'text/csv' });
    console.log((await mo.customers.balance(id)).available_amount, summary.created, modules.size);`;
  await writeFile(join(project, 'page.js'), program);
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const { stdout } = await run(process.execPath, [...flags, 'page.js'], { cwd: project, env: env() });
  expect(stdout).toMatch(/^5\.00 1 \d+\n$/);
});

/** A compiler prints its errors to standard output. */
const printedBy = (error: unknown): { stdout: string } => error as { stdout: string };

/** The README's examples in sequence, as one program. */
async function readmeProgram(): Promise<string> {
  const readme = await readFile(join(project, 'node_modules/@mo/client/README.md'), 'utf8');
  const examples = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, text]) => text);
  expect(examples.length).toBeGreaterThanOrEqual(6);
  const last = 'console.log((await mo.customers.balance(mary.id)).total_debt);\n';
  return [...examples, last].join('\n');
}
