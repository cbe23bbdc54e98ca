import { stopTestServers } from '../src/testing/test-servers.ts';

export default stopTestServers;
