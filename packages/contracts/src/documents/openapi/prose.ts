/** The introduction of the API reference. */
import { PROBLEMS } from '../../problems.ts';

export const INTRODUCTION = `Customers with a credit line, their loans, and the payments that pay them back. Systems that would rather follow what happens
subscribe to [the events](/docs/events).

## Authentication

Send your API key as \`Authorization: Bearer <key>\` or as \`X-API-Key: <key>\`. Where the gateway trusts an OpenID provider, send
an access token of it in the key's place, as \`Authorization: Bearer <token>\`.

A key or token has **scopes**: \`customers\`, \`loans\`, \`payments\` and \`webhooks\`, each to \`read\` and to \`write\`, or \`admin\`
for everything.
Each operation says which one it needs; without it the answer is a 403 that names it in \`required_scope\`. A key may have a rate:
then answers say in \`RateLimit\` how much is left of it.

## Amounts, times and ids

An **amount** is a string with two decimals in every answer, such as \`"1200.50"\`. A request may give a string or a number:
up to ten digits, then up to two decimals, without sign or exponent. A **time** is RFC 3339; answers give UTC. An **\`id\`** is
ours, an **\`external_id\`** is yours: 1 to 60 visible characters, and unique among customers, loans or payments. Members
that are not known in a request are refused; answers may get further members, so pass over those that you don't know.

## Retries

Give every write an \`Idempotency-Key\` of its own, and a retry is safe: the effect happens once, and the first answer is given
again to the byte, with \`Idempotency-Replayed: true\`. Answers 2xx, 409 and 422 are kept for 24 hours; after any other, what is
sent again under the key is done anew. The same key with another body is a 422 \`idempotency_key_reused\`.
Bodies are compared as JSON: the order of members and white space do not matter, and numbers are compared by value, but strings
as they are written, so \`"10"\` and \`"10.00"\` are different bodies.
Answers of writes to API keys are not kept: with an \`Idempotency-Key\` these are a 400. Answers with the
secret of a webhook are kept like all others.

A 429 and a 503 carry \`Retry-After\`, in seconds. A 503 says that something could not be done or confirmed now; nothing was
refused.

## Reading what was written

An answer that concerns one customer carries a \`Consistency-Token\`. Send it with a later request, and that request sees at
least the state which the answer has seen. Without one, a read may lack what was written some milliseconds before, and while
Kafka is down up to about 70 seconds before. A token of versions that do not exist, such as after a restore, is a 503. What is
below \`/api\` is answered with \`Cache-Control: no-store\`: no cache on the way may keep it.

## Pages

A list answers \`{"results": […], "next_cursor": …}\`, newest first and stable while rows are being added (a statement is oldest
first). Take the next page with \`?cursor=\` and the same filters, or follow the \`Link\` header; on the last page \`next_cursor\` is
null. \`limit\` is 1 to 200, and 50 unless told.

## Tracing

Every answer carries an \`X-Request-Id\`: the one that you sent (up to 100 letters, digits and \`_.:-\`), or a new one. A
\`traceparent\` (W3C Trace Context) is passed on up to the events.

## Problems

Errors are RFC 9457 problem details in \`application/problem+json\`. Decide by \`code\`, which stays the same; \`detail\` is for people.

${problemTable()}
`;

function problemTable(): string {
  const rows = Object.entries(PROBLEMS).map(
    ([code, { status, meaning }]) => `| ${status} | \`${code}\` | ${meaning} |`,
  );
  return ['| status | code | meaning |', '|---|---|---|', ...rows].join('\n');
}
