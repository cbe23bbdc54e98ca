/** What operators do: restoring a database, and adding partitions. */
import { type Fault, servers, unit } from '../fault.ts';

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
  {
    id: 'audit-in-one-go',
    file: 'packages/messaging/src/audit/turns.ts',
    replace: '    await setImmediate();\n',
    by: '',
    breaks: 'whoever calls while a customer of many events is audited waits for all of them',
    check: unit('packages/messaging/test/turns'),
  },
  {
    id: 'audit-at-the-pace-of-customers',
    file: 'packages/messaging/src/audit/pace.ts',
    replace: 'this.#ahead += events;',
    by: 'this.#ahead += Math.min(events, 20);',
    breaks: 'where some customers have most of the events, the audit does nothing but look at those',
    check: unit('packages/messaging/test/pace'),
  },
];
