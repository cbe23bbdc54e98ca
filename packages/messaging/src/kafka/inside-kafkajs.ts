/** Access for patches to the internals of kafkajs, which have no types and differ between versions. */
import { createRequire } from 'node:module';

/** The version that the patches were written for. */
const VERSION = '2.2.4';

const require = createRequire(import.meta.url);

/** @throws Error if the patches were not written for this version of kafkajs */
export function mustBePatchable(version: string): void {
  if (version === VERSION) return;
  throw new Error(
    `kafkajs ${version} cannot be patched: check each patch in packages/messaging/src/kafka/patches.ts, written for ${VERSION}`,
  );
}

mustBePatchable((require('kafkajs/package.json') as { readonly version: string }).version);

/** The same module instance that kafkajs uses. @param path below its `src` */
export const insideKafkajs = <T>(path: string): T => require(`kafkajs/src/${path}`) as T;
