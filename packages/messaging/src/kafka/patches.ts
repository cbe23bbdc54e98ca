/**
 * The patches of kafkajs 2.2.4. Each module replaces a part of kafkajs when it is first imported, for all clients of
 * the process. The patched modules come from `inside-kafkajs.ts`, which refuses any other version.
 */
// A connection is closed after a request timeout: docs/decisions/0032.
import './lost-connection.ts';
// Metadata that no broker has sent are an error of an outage, and not a TypeError.
import './no-metadata.ts';
// Fetch responses are decoded by our code: docs/decisions/0031.
import './quick-fetch.ts';
// Produce requests are encoded by our code: docs/decisions/0031.
import './quick-produce.ts';
// A connection has no timer while no request waits, and no `Map` of requests: docs/decisions/0028 and 0036.
import './quiet-queue.ts';
// Heartbeats are sent even after the wall clock was set back.
import './set-clock.ts';
