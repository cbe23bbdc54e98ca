/** The files of the repository: nothing is committed by mistake, and documents lead to each other. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { anchorsIn, isWhole, linksOf } from '../src/links.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FILE_BYTES_MAX = 1024 * 1024;
const IN_THE_ROOT = /^(\.\w+|[A-Z]+\.md|Dockerfile|[\w.-]+\.config\.js|[\w.-]+\.(json|yml))$/;
const KINDS = 'ts js json md yaml yml tpl txt sh py xml properties png'.split(' ').map((kind) => `.${kind}`);
/** The pages whose commands create customers, loans and payments, and may be tried on the same system. */
const TRIED = ['README.md', 'docs/cookbook.md', 'docs/cli.md', 'packages/client/README.md'];
const CREATED = /\bexternal_id"?: ["']([^"']+)|^mo (?:customers create|loans take|payments make) (\S+)/gm;
const WITHOUT_KIND = /(^|\/)(\.\w+|Dockerfile|\.ci\/run|\.husky\/commit-msg)$/;

/** Empty outside a clone, such as in a copy of the working tree. */
const tracked = existsSync(join(ROOT, '.git'))
  ? execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' })
      .split('\0')
      .filter((path) => path !== '' && existsSync(join(ROOT, path)))
  : [];
const pages = tracked.filter((path) => path.endsWith('.md'));

it('the root contains configuration and documents only', () => {
  expect(tracked.filter((path) => !path.includes('/') && !IN_THE_ROOT.test(path))).toEqual([]);
});

it('each file is of a known kind, and small', () => {
  const isKnown = (path: string) => KINDS.includes(extname(path)) || WITHOUT_KIND.test(path);
  expect(tracked.filter((path) => !isKnown(path))).toEqual([]);
  expect(tracked.filter((path) => statSync(join(ROOT, path)).size > FILE_BYTES_MAX)).toEqual([]);
});

it('the checks that need further tools print their usage, and name an unknown check', () => {
  const script = join(ROOT, 'scripts/check-ops.sh');
  const run = (word: string) => spawnSync('sh', [script, word], { encoding: 'utf8' });
  expect(run('--help')).toMatchObject({ status: 0, stderr: '', stdout: expect.stringMatching(/^Usage: .*images/s) });
  expect(run('imags')).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('imags') });
});

it('the anchors of a page are those of its headings, and its own', () => {
  const page = '# The `mo` command\n\n## [Node.js](x.md) & co.\n<a id="old"></a>\n';
  expect([...anchorsIn(page)]).toEqual(['the-mo-command', 'nodejs--co', 'old']);
});

it('each link of a document leads to a file and a heading', () => {
  expect(pages.flatMap((page) => linksOf(ROOT, page)).filter((link) => !isWhole(ROOT, link))).toEqual([]);
});

it('each document and image is linked from another document', () => {
  const linked = new Set(pages.flatMap((page) => linksOf(ROOT, page)).map(({ to }) => to.replace(/\/$/, '')));
  const isLinked = (path: string) => linked.has(path) || linked.has(path.replace(/\/README\.md$/, ''));
  const documents = tracked.filter((path) => /\.(md|png)$/.test(path) && path !== 'README.md');
  expect(documents.filter((path) => !isLinked(path))).toEqual([]);
});

it('no two pages to try out create something of the same name', () => {
  const pagesOf = new Map<string, Set<string>>();
  for (const page of TRIED)
    for (const [, name = '', named = ''] of readFileSync(join(ROOT, page), 'utf8').matchAll(CREATED)) {
      const pages = pagesOf.get(name || named) ?? new Set();
      pagesOf.set(name || named, pages.add(page));
    }
  const all = [...pagesOf].map(([name, pages]) => ({ name, pages: [...pages] }));
  expect(new Set(all.flatMap((one) => one.pages))).toEqual(new Set(TRIED));
  expect(all.filter((one) => one.pages.length > 1)).toEqual([]);
});
