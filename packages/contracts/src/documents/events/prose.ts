/** The introduction of the AsyncAPI document: what a subscriber must know first. */
export const EVENTS_INTRODUCTION = `The events of customers, loans and payments on Kafka, for internal systems that subscribe: CloudEvents 1.0 in binary mode. The
attributes are headers that begin with \`ce_\`, the value is the data as JSON.

## Versions

A customer's events of a stream, which \`ce_source\` names, are numbered 1, 2, 3 … without gaps: \`ce_sequence\` is the *version*.
They share a key, so they lie in one partition, in order. Delivery is at least once: each version appears first in order, and
earlier ones may come again after later ones. So a subscriber that keeps the last version of each customer and stream, in the same
transaction as what it makes of the event, and skips whatever is not above it, counts each event exactly once. Kafka's offsets
only save it reading again.

## Between topics

Topics are not ordered among each other: a payment may arrive before its loan. \`ce_seen\` names the versions of the other streams
that an event was decided on, as \`customers=1,loans=4\`; a subscriber that joins topics applies those first.

## Growth

The data of a type only grows within a major version: no member is removed, retyped or changed in meaning. Pass over members,
headers and types that you don't know. \`ce_dataschema\` names the JSON Schema of the data; the gateway serves it below \`/schemas/\`, as
\`/schemas/urn:mo:event:LoanTaken:1\`.

## History

Where a topic no longer reaches back to a customer's version 1, \`npm run backfill\` gives a subscriber the whole history on a topic of its
own, under the same versions. What a service could not understand goes to \`<topic>.dlq\`, which subscribers need not read.
`;
