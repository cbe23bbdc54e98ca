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
  {
    id: 'recover-gives-ids-again',
    file: 'tools/streams/src/recover.ts',
    replace: '  await passOverIds(databases[service], service);\n',
    by: '',
    breaks: 'after a restore, what is made next gets the id of what was there before',
    check: servers('system-tests/test/recover'),
  },
  {
    id: 'recover-leaves-followers',
    file: 'tools/streams/src/recover.ts',
    replace: '        if (applied <= head) continue;\n',
    by: '        if (applied >= head) continue;\n',
    breaks: 'others go on with events that nobody has any more',
    check: servers('system-tests/test/recover'),
  },
  {
    id: 'pull-of-next-version-refused',
    file: 'packages/messaging/src/pull/wire.ts',
    replace: 'pullRequest = z.object(',
    by: 'pullRequest = z.strictObject(',
    breaks: 'a newer version that asks for more is refused by an older one, and work stops amid an update',
    check: servers('system-tests/test/versions'),
  },
];
