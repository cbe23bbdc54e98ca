/** Information for clients and subscribers: the documents, and protection against duplicates. */
import { type Fault, servers, unit } from '../fault.ts';

export const telling: readonly Fault[] = [
  {
    id: 'plan-taken-for-done',
    file: 'examples/subscriber-typescript/src/backfill.ts',
    replace: 'resume.from.every(({ partition, offset }) => (reached.get(partition) ?? -1n) >= BigInt(offset))',
    by: 'resume.from.some(({ partition }) => (reached.get(partition) ?? -1n) >= 0n)',
    breaks: 'a subscriber that started without a backfill ignores the plan of the one that it needs',
    check: servers('system-tests/test/subscribers'),
  },
  {
    id: 'tail-ends-with-kafka',
    file: 'tools/mo/src/events/tail.ts',
    replace: 'restartOnFailure: async () => !signal.aborted && !isEnough',
    by: 'restartOnFailure: async () => false',
    breaks: '`mo events tail` shows no new events until it is restarted',
    check: servers('system-tests/test/without-kafka'),
  },
  {
    id: 'cut-off-in-silence',
    file: 'tools/mo/src/options.ts',
    replace: '  if (hasMore) onMore();\n',
    by: '',
    breaks: "the last line of a statement is presented as today's debt",
    check: unit('tools/mo/test/command-line'),
  },
  {
    id: 'answers-told-closed',
    file: 'packages/contracts/src/documents/openapi/document.ts',
    replace:
      "if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;",
    by: '',
    breaks: 'clients that validate answers fail at the first added member',
    check: unit('packages/contracts/test/contracts'),
  },
  {
    id: 'document-not-generated-anew',
    file: 'packages/contracts/src/rest/pages.ts',
    replace: 'PAGE_LIMIT_MAX = 200',
    by: 'PAGE_LIMIT_MAX = 300',
    breaks: 'the documents in the repository are outdated',
    check: unit('tools/documents/test/files'),
  },
  {
    id: 'schema-below-another-name',
    file: 'services/gateway/src/docs/reference.ts',
    replace: 'handlers.set(`${schema.$id}`',
    by: 'handlers.set(`${schema.title}`',
    breaks: 'the URL in ce_dataschema does not exist',
    check: unit('services/gateway/test/docs'),
  },
  {
    id: 'page-from-anywhere',
    file: 'services/gateway/src/docs/page.ts',
    replace: `'default-src': "'none'"`,
    by: `'default-src': "https:"`,
    breaks: 'the reference may load scripts and pictures from any host',
    check: unit('services/gateway/test/docs'),
  },
  {
    id: 'subscriber-counts-twice',
    file: 'examples/subscriber-typescript/src/ledger.ts',
    replace: 'if (version <= last) return [];',
    by: 'if (version < last) return [];',
    breaks: 'a subscriber that follows the example counts a duplicate event twice',
    check: servers('system-tests/test/subscribers'),
  },
];
