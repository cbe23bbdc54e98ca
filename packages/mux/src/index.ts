export type { Call, CallControl, CallHandler } from './call.ts';
export { MuxClient, type MuxClientOptions } from './mux-client.ts';
export { carrierOf } from './mux-request.ts';
export { isMuxUpgrade, type MuxServer, serveMux } from './mux-server.ts';
export { RollingMap } from './rolling-map.ts';
