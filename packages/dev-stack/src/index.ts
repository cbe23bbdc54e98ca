export { type Authority, type KeyPair, makeAuthority } from './authority.ts';
export type { Detour, Way } from './detour.ts';
export { procStat, splitProcStat } from './processes/proc.ts';
export {
  createDatabases,
  type DatabaseOwner,
  type DatabaseUrls,
  databaseOwners,
  type MadeDatabaseUrls,
} from './servers/databases.ts';
export { type Servers, type ServersOptions, startServers } from './servers/start-servers.ts';
export { removeStack } from './stack/fresh.ts';
export { identityDirOf } from './stack/identities.ts';
export { checkLogLevel } from './stack/log-level.ts';
export { parseReplicas, type Replicas } from './stack/replicas.ts';
export { heapFlags } from './stack/services.ts';
export { type ReplicaEntry, readStackFile, type ServiceEntry, type StackFile } from './stack/stack-file.ts';
export { type Stack, type StackOptions, startStack } from './stack/start-stack.ts';
export { type SecuredServers, startSecuredServers } from './testing/secured-servers.ts';
export { startTestServers, stopTestServers, type TestServers, testServers } from './testing/test-servers.ts';
