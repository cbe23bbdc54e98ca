import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

it('what is generated is what the OpenAPI document says', async () => {
  const script = fileURLToPath(new URL('../scripts/generate.ts', import.meta.url));
  const options = ['--conditions=source', '--disable-warning=ExperimentalWarning', script, '--check'];
  expect(await promisify(execFile)(process.execPath, options)).toEqual({ stdout: '', stderr: '' });
});
