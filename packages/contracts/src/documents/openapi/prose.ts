/** The introduction of the API reference. */
import { FIELD_CODES } from '../../field-codes.ts';
import { PROBLEMS } from '../../problems.ts';
import { API_CHANGES } from './changes.ts';

export const INTRODUCTION = `Customers with a credit line, their loans, and the payments on these loans. Systems that need changes as they happen can
subscribe to [the events](/docs/events).

## Authentication

Send your API key as \`Authorization: Bearer <key>\` or as \`X-API-Key: <key>\`. If the gateway trusts an OpenID provider, you
can send an access token of this provider instead, as \`Authorization: Bearer <token>\`.

A key or token has **scopes**: \`customers\`, \`loans\`, \`payments\` and \`webhooks\`, each with \`read\` and \`write\`, or \`admin\`
for everything. Each operation names the scope that it needs; without this scope the answer is a 403 that names it in
\`required_scope\`. The scopes of webhooks concern the webhooks of all callers, and a webhook gets the events of all customers:
whoever has \`webhooks:write\` can receive all of them. A key may have a rate; then the \`RateLimit\` header of an answer contains what is left of it.

## Amounts, times and ids

An **amount** is a string with two decimals in every answer, such as \`"1200.50"\`. A request may give a string or a
number: up to ten digits, then up to two decimals, without sign or exponent. A **time** is RFC 3339, and UTC in answers;
requests write \`T\` and \`Z\` in upper case, years from 1000 to 9999, and no leap second.
An **\`id\`** is ours, an **\`external_id\`** is yours: 1 to 60 visible characters, and unique among customers, loans or
payments. It is never erased, so it must be a pseudonym, and no name, address or number of a person. Characters of the Unicode categories C (control, format, private, unassigned) and Z (space) are not visible;
the pattern excludes only those that all implementations of regular expressions can name. Unknown members and query
parameters of a request are refused, and so is a member that an object gives twice. Answers may get further members, so
ignore those that you don't know.

## Retries

Send every write with a unique \`Idempotency-Key\`, so that retries are safe: the effect happens once, and a retry gets the first
answer, byte for byte, with \`Idempotency-Replayed: true\`. Answers with 2xx, 409 and 422 are stored for 24 hours; after any other
answer, a retry with the key is executed again. The same key with another body is a 422 \`idempotency_key_reused\`.
Bodies are compared as JSON: the order of members and white space do not matter. Numbers are compared by value, but strings
as they are written, so \`"10"\` and \`"10.00"\` are different bodies.
Answers of writes to API keys are not stored, so these writes refuse an \`Idempotency-Key\` with a 400. Answers with the
secret of a webhook are stored like all others. Of a bulk upload no answer is stored: under its key, which names the upload,
it is read again, and lines that an earlier attempt created count as created.

A 429 and a 503 carry \`Retry-After\`, in seconds. A 503 means that the request could not be executed or confirmed now; nothing was
refused.

## Reading what was written

An answer that concerns one customer carries a \`Consistency-Token\`, except the 409 for a customer whose
\`external_id\` is taken. A later request with this token sees at least the state that the answer reflects. Without a
token, a read may lack writes of the last milliseconds; of up to about 10 seconds after a process of a service died; and
of up to about 70 seconds while Kafka is down. A token with versions that do not exist, as after a restore, is a 503. Answers below \`/api\` have \`Cache-Control: no-store\`, so
that no cache keeps them.

## Pages

A list answers \`{"results": […], "next_cursor": …}\`, newest first, and stable while rows are added (a statement is oldest
first). Get the next page with \`?cursor=\` and the same filters, or follow the \`Link\` header; on the last page \`next_cursor\` is
null. \`limit\` is 1 to 200; the default is 50.

## Tracing

Every answer carries an \`X-Request-Id\`: the id of your request (up to 100 letters, digits and \`_.:-\`), or a new id. A
\`traceparent\` (W3C Trace Context) is propagated to the events.

## Problems

Errors are RFC 9457 problem details in \`application/problem+json\`. Programs should decide by \`code\`, which is stable; \`detail\` is for people.

${problemTable()}

In \`errors\`, each field that breaks a rule has one of these codes. A rule keeps its code, but similar rules of other
fields may have others. Further codes may be added.

${fieldTable()}

## Changes

Within a major version, requests that follow this document stay valid, and answers only grow.

${changeList()}
`;

function problemTable(): string {
  const rows = Object.entries(PROBLEMS).map(
    ([code, { status, meaning }]) => `| ${status} | \`${code}\` | ${meaning} |`,
  );
  return ['| status | code | meaning |', '|---|---|---|', ...rows].join('\n');
}

function fieldTable(): string {
  const rows = Object.entries(FIELD_CODES).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);
  return ['| code of a field | meaning |', '|---|---|', ...rows].join('\n');
}

function changeList(): string {
  const lines = API_CHANGES.flatMap(({ version, changes }) => changes.map((change) => `- **${version}** ${change}`));
  return lines.join('\n');
}
