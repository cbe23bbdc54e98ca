/** What operators do: restoring a database, and adding partitions. */
import { type Fault, servers } from '../fault.ts';

export const operating: readonly Fault[] = [
  {
    id: 'ids-given-again',
    file: 'tools/streams/src/recover.ts',
    replace: '  await passOverIds(databases[service], service);\n',
    by: '',
    breaks: 'what is made after a restoration gets an id that something has',
    check: servers('system-tests/test/recover'),
  },
  {
    id: 'followers-not-rewound',
    file: 'tools/streams/src/recover.ts',
    replace: 'if (applied <= head) continue;',
    by: 'if (applied >= 0) continue;',
    breaks: 'a service keeps what rests on events that are lost',
    check: servers('system-tests/test/recover'),
  },
  {
    id: 'partitions-raised-unread',
    file: 'tools/streams/src/raise-partitions.ts',
    replace: '    await untilRead(options, signal);\n',
    by: '',
    breaks: 'who reads the new partitions first has events out of order',
    check: servers('tools/streams/test/raise-partitions'),
  },
  {
    id: 'strange-members-refused',
    file: 'packages/messaging/src/pull/wire.ts',
    replace: 'pullRequest = z.object(',
    by: 'pullRequest = z.strictObject(',
    breaks: 'a service refuses what a later version of another one asks',
    check: servers('system-tests/test/versions'),
  },
];
