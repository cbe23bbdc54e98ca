/** The whole system under test, and a caller of it. */
import { join } from 'node:path';
import { type Stack, type StackOptions, startStack, testServers } from '@mo/dev-stack';
import { Api } from './api.ts';
import { World } from './world.ts';

export interface System {
  readonly stack: Stack;
  readonly api: Api;
  readonly world: World;
  stop(): Promise<void>;
}

/** How long a hook may wait for a system with its own servers: Kafka may take 180 s, and then the services 120 s. */
export const OWN_SERVERS_MS = 300_000;
/**
 * How long a test may wait for an outage of Kafka, besides the outage itself: stopping Kafka may take 15 s, starting it
 * 180 s, and two conditions 45 s each. A consumer then rejoins its group once its old session has ended, which takes at
 * most 15 s.
 */
export const KAFKA_OUTAGE_MS = 300_000;

let count = 0;

/** @param own whether it has its own servers, for tests that stop Kafka; otherwise it shares those of the test run */
export async function startSystem(options: Partial<StackOptions> = {}, own = false): Promise<System> {
  const servers = testServers();
  count += 1;
  const stack = await startStack({
    dir: join(servers.dir, `system-${process.pid}-${count}`),
    fsync: false,
    env: { LOG_LEVEL: 'warn' },
    ...(own ? {} : { servers }),
    ...options,
    // Most tests do not need webhooks.
    replicas: { webhooks: 0, ...options.replicas },
  });
  const api = new Api(stack.url, stack.apiKey);
  return {
    stack,
    api,
    world: new World(api),
    stop: async () => {
      await api.close();
      await stack.stop();
    },
  };
}
