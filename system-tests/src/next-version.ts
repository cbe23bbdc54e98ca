/**
 * A next version of the services, to run next to this one: a copy of the code with every kind of addition that a
 * version may make. Its tables have additional columns, which it fills; its events have additional members and headers;
 * internal requests and answers have additional members; and its gateway forwards an unknown header.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyTree } from '@mo/dev-stack/working-copy';

interface Addition {
  readonly file: string;
  readonly replace: string;
  readonly by: string;
}

const OF_LATER = `{ note: 'of a later version', list: [1, null] }`;

export const ADDITIONS: readonly Addition[] = [
  {
    file: 'packages/messaging/src/sql/journal.ts',
    replace: 'JSON.stringify(event.data)',
    by: `JSON.stringify({ ...event.data, later: ${OF_LATER} })`,
  },
  {
    file: 'packages/messaging/src/kafka/cloud-events.ts',
    replace: `'content-type': JSON_TYPE,`,
    by: `'content-type': JSON_TYPE, ce_later: 'yes',`,
  },
  {
    file: 'packages/messaging/src/pull/remote-peers.ts',
    replace: 'pullAnswer.parse(answer), { wants })',
    by: 'pullAnswer.parse(answer), { wants: wants.map((want) => ({ ...want, later: true })), later: true })',
  },
  {
    file: 'packages/messaging/src/pull/remote-peers.ts',
    replace: 'const body = { customer_id: customerId, version };',
    by: 'const body = { customer_id: customerId, version, later: true };',
  },
  {
    file: 'packages/messaging/src/pull/remote-peers.ts',
    replace: '/heads?since=',
    by: '/heads?later=yes&since=',
  },
  {
    file: 'packages/messaging/src/pull/routes.ts',
    replace: '"head":${head},',
    by: '"head":${head},"later":true,',
  },
  {
    file: 'packages/messaging/src/pull/routes.ts',
    replace: '`{"pages":',
    by: '`{"later":true,"pages":',
  },
  {
    file: 'services/gateway/src/forward/headers.ts',
    replace: 'passed.push(HEADERS.requestId, request.id,',
    by: `passed.push('x-later', 'yes', HEADERS.requestId, request.id,`,
  },
  ...['customers', 'loans', 'payments'].map((service) => ({
    file: `services/${service}/src/db/migrations/index.ts`,
    replace: `  { name: 'partitioning', class: PartitioningTableV1 },`,
    by: `  { name: 'partitioning', class: PartitioningTableV1 },
  {
    name: 'later',
    class: class extends PartitioningTableV1 {
      override async up(): Promise<void> {
        this.addSql('CREATE TABLE later (id bigint PRIMARY KEY)');
        for (const table of ['journal', 'answers', 'outbox', 'quarantine', '${service === 'customers' ? 'balances' : 'accounts'}', '${service}'])
          this.addSql(\`ALTER TABLE \${table} ADD COLUMN later text DEFAULT 'of a later version'\`);
      }
    },
  },`,
  })),
  {
    file: 'packages/messaging/src/sql/answers.ts',
    replace: '(${columnNames(ANSWER)}, created_at)\n  ${arrayRows(ANSWER)}, $7::timestamptz',
    by: `(\${columnNames(ANSWER)}, created_at, later)\n  \${arrayRows(ANSWER)}, $7::timestamptz, 'written'`,
  },
];

/** Makes the copy in a directory. @throws if an addition no longer has a place in the code */
export function nextVersion(root: string): string {
  const copy = copyTree(root);
  for (const { file, replace, by } of ADDITIONS) {
    const path = join(copy, file);
    const text = readFileSync(path, 'utf8');
    if (text.split(replace).length !== 2) throw new Error(`${file} does not have "${replace}" exactly once`);
    writeFileSync(
      path,
      text.replace(replace, () => by),
    );
  }
  return copy;
}
