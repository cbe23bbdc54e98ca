/** Connections that carry many calls: what is held for the other side, and for how long. */
import { type Fault, unit } from '../fault.ts';

export const multiplexing: readonly Fault[] = [
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
];
