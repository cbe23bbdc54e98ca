export { createDatabases, type DatabaseOwner, type DatabaseUrls, databaseOwners } from './servers/databases.ts';
export { type Servers, type ServersOptions, startServers } from './servers/start-servers.ts';
export { readStackFile, type ServiceEntry, type StackFile } from './stack/stack-file.ts';
export { type Stack, type StackOptions, startStack } from './stack/start-stack.ts';
export { type TestServers, testServers } from './testing/test-servers.ts';
