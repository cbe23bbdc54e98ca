/** What operators do: restoring a database, and adding partitions. */
import { type Fault, servers } from '../fault.ts';

export const operating: readonly Fault[] = [
  {
    id: 'partitions-raised-unread',
    file: 'tools/streams/src/raise-partitions.ts',
    replace: '    await untilRead(options, signal);\n',
    by: '',
    breaks: 'who reads the new partitions first has events out of order',
    check: servers('tools/streams/test/raise-partitions'),
  },
];
