export type { Call, CallControl, CallHandler } from './call.ts';
export { MuxClient, type MuxClientOptions } from './mux-client.ts';
export { isMuxUpgrade, type MuxServer, serveMux } from './mux-server.ts';
