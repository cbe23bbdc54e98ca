/** The introduction of the AsyncAPI document: what a subscriber must know first. */
export const EVENTS_INTRODUCTION = `The events of customers, loans and payments on Kafka, for internal subscribers: CloudEvents 1.0 in binary mode. The
attributes are headers that begin with \`ce_\`, the value is the data as JSON.

## Versions

A customer's events of a stream, which \`ce_source\` names, are numbered 1, 2, 3 … without gaps: \`ce_sequence\`, a decimal
number, is the *version*. They share a key, so they are in one partition, in order. Delivery is at least once: versions
first appear in order, but earlier ones may be repeated after later ones. So a subscriber should store the last version
of each customer and stream, in the same transaction as the effect of the event, and skip events that are not above that
version. Each event then takes effect exactly once. Kafka's offsets only avoid reading events again.

After operators add partitions to a topic, many customers' events go to another partition than before. Groups that
commit offsets still get each customer's events in order. A group that begins later may get a customer's newer events
first, and should begin with a backfill that was made after partitions were added.

A subscriber should skip messages that are no events of these streams: \`ce_specversion\` is not \`1.0\`, another
\`ce_source\`, or no JSON.

## Order between topics

Topics are not ordered relative to each other: a payment may arrive before its loan. \`ce_seen\` contains the versions of the other
streams that an event depends on, as \`customers=1,loans=4\`; a subscriber that joins topics applies those first.

## Compatibility

The data of a type only grows within a major version: no member is removed, retyped or changed in meaning, and none gets
further enum values. Ignore members, headers and types that you don't know. \`ce_dataschema\` names the JSON Schema of the
data; the gateway serves it below \`/schemas/\`, as \`/schemas/urn:mo:event:LoanTaken:1\`.

## History

If a topic no longer contains a customer's version 1, \`npm run backfill\` writes the whole history to a separate topic for a
subscriber, with the same versions. Messages that a service could not process go to \`<topic>.dlq\`, which subscribers can ignore.
`;
