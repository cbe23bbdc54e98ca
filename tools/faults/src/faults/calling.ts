/** What callers hold in their hands: the typed client and the command line. */
import { type Fault, unit } from '../fault.ts';

export const calling: readonly Fault[] = [
  {
    id: 'new-key-each-attempt',
    file: 'packages/client/src/caller.ts',
    replace: 'const sent = new Headers(headers);',
    by: "const sent = new Headers(headers);\n    if (body !== undefined) sent.set('idempotency-key', newKey());",
    breaks: 'a write whose answer was lost has its effect twice',
    check: unit('packages/client/test/retries'),
  },
  {
    id: 'refusal-sent-again',
    file: 'packages/client/src/retry.ts',
    replace: 'status === 429 || status === 503',
    by: 'status === 429 || status >= 500',
    breaks: 'what was answered for good is asked again',
    check: unit('packages/client/test/retries'),
  },
  {
    id: 'last-token-wins',
    file: 'packages/client/src/tokens.ts',
    replace: 'known === undefined ? token : mergeTokens(known, token)',
    by: 'token',
    breaks: 'of two answers that cross each other, a later read sees only one',
    check: unit('packages/client/test/tokens'),
  },
  {
    id: 'stream-sent-twice',
    file: 'packages/client/src/upload.ts',
    replace: "const isRepeatable = typeof file === 'function';",
    by: 'const isRepeatable = true;',
    breaks: 'a stream that is used up is sent again, as an empty file',
    check: unit('packages/client/test/upload'),
  },
  {
    id: 'one-key-for-all-parts',
    file: 'tools/mo/src/import/state.ts',
    replace: 'done.parts + 1}',
    by: '0}',
    breaks: 'a line that repeats a customer of an earlier part counts as created',
    check: unit('tools/mo/test/import'),
  },
  {
    id: 'failed-lines-kept-twice',
    file: 'tools/mo/src/import/import.ts',
    replace: 'failedLines.cut(state.done);',
    by: '',
    breaks: 'an import that was killed lists failed lines twice',
    check: unit('tools/mo/test/import'),
  },
  {
    id: 'key-of-the-stack-to-anyone',
    file: 'tools/mo/src/target/gateway.ts',
    replace: 'if (stack !== null && url === originOf(stack.gateway.url))',
    by: 'if (stack !== null)',
    breaks: "the running stack's key is sent to whatever gateway is named",
    check: unit('tools/mo/test/target'),
  },
  {
    id: 'terminal-steered',
    file: 'packages/command/src/plain.ts',
    replace: "text.replace(/[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]+/gu, '?')",
    by: 'text',
    breaks: "an external_id clears its reader's screen",
    check: unit('packages/command/test/progress'),
  },
];
