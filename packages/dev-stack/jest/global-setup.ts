import { startTestServers } from '../src/testing/test-servers.ts';

export default startTestServers;
