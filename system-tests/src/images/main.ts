/**
 * `npm run check:ops -- images`: checks the images that compose built. The argument is the file with the output of
 * `docker compose config --format json`. Exit code 1 if an image has a fault.
 */
import { readFileSync } from 'node:fs';
import { type Expected, faultsOfContents } from './contents.ts';
import { faultsOfMo, faultsOfService } from './entry-points.ts';
import { checkedSources, productionDependencies } from './expected.ts';
import { Image } from './image.ts';

interface ComposeService {
  readonly image: string;
  readonly build?: { readonly target?: string };
}

/** As Kubernetes requires it: a number, because a name does not show whether it is root. */
const UNPRIVILEGED = /^[1-9]\d*(:[1-9]\d*)?$/;

const say = (line: string) => process.stdout.write(`${line}\n`);

const config = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const services = Object.entries<ComposeService>(config.services).filter(([, { build }]) => build !== undefined);
if (services.length === 0) throw new Error('docker-compose.yml builds no image');
const sources = checkedSources();
for (const [name, { image }] of services) {
  const faults = faultsOf(name, new Image(image));
  for (const fault of faults) say(`${name}: ${fault}`);
  if (faults.length === 0) say(`${name}: user, contents and commands are as they should be`);
  else process.exitCode = 1;
}

function faultsOf(name: string, image: Image): string[] {
  const isMo = name === 'mo';
  const dependencies = productionDependencies(`@mo/${name}`);
  const expected: Expected = { dependencies, checkedSources: isMo ? null : sources };
  const user = image.user();
  return [
    ...(UNPRIVILEGED.test(user) ? [] : [`runs as the user "${user}" instead of an unprivileged number`]),
    ...faultsOfContents(image.files(isMo ? '/repo' : '/app'), expected),
    ...(isMo ? faultsOfMo(image) : faultsOfService(image)),
  ];
}
