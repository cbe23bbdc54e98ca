/**
 * The patches of kafkajs 2.2.4. Each module replaces a part of kafkajs when it is first imported, for all clients of
 * the process. What is patched comes from `inside-kafkajs.ts`, which refuses any other version.
 */
// A connection without an answer in time is closed: docs/decisions/0032.
import './lost-connection.ts';
// What is fetched is decoded by ourselves: docs/decisions/0031.
import './quick-fetch.ts';
// Produce requests are encoded by ourselves: docs/decisions/0031.
import './quick-produce.ts';
// A connection has no timer while no request waits, and no map of requests: docs/decisions/0028 and 0036.
import './quiet-queue.ts';
// Heartbeats are sent though the wall clock was set back.
import './set-clock.ts';
