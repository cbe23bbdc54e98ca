/** Connections: what ends them, what is held for the other side, and for how long. */
import { type Fault, unit } from '../fault.ts';

export const holding: readonly Fault[] = [
  {
    id: 'frame-without-end',
    file: 'packages/mux/src/connection.ts',
    replace: 'if (reader.begun !== before)',
    by: 'if (reader.begun === null)',
    breaks: 'the beginning of a frame is held for as long as its sender likes',
    check: unit('packages/mux/test/late-frames'),
  },
  {
    id: 'quiet-connection-ended',
    file: 'packages/mux/src/connection.ts',
    replace: 'this.#expectRest(reader.begun !== null);',
    by: 'this.#expectRest(true);',
    breaks: 'a connection on which nothing is sent for a while ends, and its next calls fail',
    check: unit('packages/mux/test/late-frames'),
  },
  {
    id: 'answers-nobody-reads',
    file: 'packages/mux/src/mux-server.ts',
    replace: ', unreadBytes: UNREAD_BYTES_MAX }',
    by: ' }',
    breaks: 'a gateway that asks and does not read has a service hold its answers until it has no memory left',
    check: unit('packages/mux/test/unread-answers'),
  },
  {
    id: 'read-on-never',
    file: 'packages/mux/src/connection.ts',
    replace: ".off('close', goOn).resume();",
    by: ".off('close', goOn);",
    breaks: 'a gateway that was slow to read once is answered nothing more',
    check: unit('packages/mux/test/unread-answers'),
  },
  {
    id: 'unread-for-ever',
    file: 'packages/mux/src/connection.ts',
    replace: '      UNREAD_TIMEOUT_MS,\n    ).unref();',
    by: '      2 * UNREAD_TIMEOUT_MS,\n    ).unref();',
    breaks: 'what a frozen gateway was sent is held for as long as it is frozen',
    check: unit('packages/mux/test/unread-answers'),
  },
  {
    id: 'reset-in-a-connect',
    file: 'packages/service-kit/src/client-error.ts',
    replace: "socket.on('error', () => {}).on(",
    by: 'socket.on(',
    breaks: 'anybody who reaches a port ends its process by a CONNECT and a reset',
    check: unit('packages/service-kit/test/client-error'),
  },
  {
    id: 'connect-without-end',
    file: 'packages/service-kit/src/client-error.ts',
    replace: 'setTimeout(() => socket.destroy(), REFUSAL_TIMEOUT_MS)',
    by: 'setTimeout(() => {}, REFUSAL_TIMEOUT_MS)',
    breaks: 'who sends a CONNECT and reads nothing has its connection kept for as long as it likes',
    check: unit('packages/service-kit/test/client-error'),
  },
];
