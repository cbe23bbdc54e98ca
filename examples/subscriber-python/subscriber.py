"""
Follows loans and payments from the beginning, and keeps what each customer was lent and has paid. It may be stopped or
killed at any time: what counts is in the ledger, and Kafka's offsets only save it reading again.
"""

import os
import signal
import sys

from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from confluent_kafka import Consumer, KafkaException, Message

from backfill import follow_plan
from ledger import Ledger

BATCH_MAX = 500
POLL_TIMEOUT_S = 1.0
# How soon another process goes on after one that was killed.
SESSION_TIMEOUT_MS = 6_000
# How soon partitions are found that were added to a topic.
METADATA_AGE_MS_MAX = 10_000


def main() -> None:
    ledger = Ledger(os.environ.get("LEDGER", "ledger.db"))
    prefix = os.environ.get("TOPIC_PREFIX", "mo")
    consumer = Consumer(
        {
            "bootstrap.servers": os.environ.get("KAFKA_BROKERS", "localhost:9092"),
            # The offsets belong to the ledger: without it they would be those of a past that nobody remembers.
            "group.id": f"example-{ledger.id}",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "session.timeout.ms": SESSION_TIMEOUT_MS,
            "topic.metadata.refresh.interval.ms": METADATA_AGE_MS_MAX,
        }
    )
    is_stopping = False

    def stop(*_: object) -> None:
        nonlocal is_stopping
        is_stopping = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)

    def apply(messages: list[Message]) -> None:
        for line in ledger.apply([event_of(message) for message in messages]):
            print(line, flush=True)

    try:
        # What Kafka no longer has on the live topics comes from backfills first, where there are some.
        for path in filter(None, os.environ.get("PLANS", "").split(",")):
            follow_plan(path, consumer, (BATCH_MAX, POLL_TIMEOUT_S), apply, lambda: is_stopping)
        consumer.subscribe([f"{prefix}.loans", f"{prefix}.payments"])
        while not is_stopping:
            messages = consumer.consume(BATCH_MAX, POLL_TIMEOUT_S)
            if not messages:
                continue
            # A batch is one transaction. Its offsets are committed after it: what comes twice is skipped.
            apply(messages)
            consumer.commit(asynchronous=False)
    finally:
        consumer.close()
        ledger.close()


def event_of(message: Message) -> BaseCloudEvent:
    """A message as the CloudEvent that it carries."""
    if message.error():
        raise KafkaException(message.error())
    return from_binary_event(KafkaMessage(dict(message.headers() or []), message.key(), message.value()))


if __name__ == "__main__":
    sys.exit(main())
