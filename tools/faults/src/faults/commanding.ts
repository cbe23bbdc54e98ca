/** The `mo` command: what it writes, prints and goes on with, and the subscribers that are shown as examples. */
import { type Fault, servers, unit } from '../fault.ts';

export const commanding: readonly Fault[] = [
  {
    id: 'plan-emptied-at-once',
    file: 'tools/mo/src/output/whole-file.ts',
    replace: "      writeFileSync(file.#part, '');\n",
    by: "      writeFileSync(path, '');\n",
    breaks: 'a backfill that can not begin empties the plan of another, whose offsets nobody has again',
    check: unit('tools/mo/test/whole-file'),
  },
  {
    id: 'plan-part-left',
    file: 'tools/mo/src/commands/streams.ts',
    replace: '          planFile?.discard();\n',
    by: '',
    breaks: 'a backfill that fails leaves a plan that says nothing',
    check: unit('tools/mo/test/command-line'),
  },
  {
    id: 'backfill-not-stopped',
    file: 'tools/streams/src/backfill.ts',
    replace: '    for await (const rows of scanJournal(database, PAGE_EVENTS_MAX)) {\n      signal.throwIfAborted();\n',
    by: '    for await (const rows of scanJournal(database, PAGE_EVENTS_MAX)) {\n',
    breaks: 'Ctrl-C does not end a backfill',
    check: servers('tools/streams/test/backfill'),
  },
  {
    id: 'output-held-in-memory',
    file: 'tools/mo/src/output/output.ts',
    replace: '    if (this.#stdout.writableNeedDrain !== true) return;\n',
    by: '    return;\n',
    breaks: 'a long list with a slow reader is held in memory as a whole',
    check: unit('tools/mo/test/slow-reader'),
  },
  {
    id: 'wait-for-reader-not-stopped',
    file: 'tools/mo/src/output/output.ts',
    replace: 'signal === null ? {} : { signal }',
    by: '{}',
    breaks: 'Ctrl-C does not end a list whose reader has stopped to read',
    check: unit('tools/mo/test/slow-reader'),
  },
];
