import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootDir } from '../src/stack/plan.ts';
import { heapFlags } from '../src/stack/services.ts';

it('the image has the same heap flags as a clone', () => {
  const command = /^CMD (\[.*\])$/m.exec(readFileSync(join(rootDir, 'Dockerfile'), 'utf8'))?.[1];
  const [program, ...args] = JSON.parse(String(command)) as string[];
  expect(program).toBe('node');
  expect(args).toEqual([...heapFlags, '--enable-source-maps', 'dist/main.js']);
});

it.each(readdirSync(join(rootDir, 'services')))('so does the start script of %s', (service) => {
  const text = readFileSync(join(rootDir, 'services', service, 'package.json'), 'utf8');
  const { scripts } = JSON.parse(text) as { scripts: Record<string, string> };
  expect(scripts.start?.split(' ')).toEqual(['node', ...heapFlags, '--conditions=source', 'src/main.ts']);
});
