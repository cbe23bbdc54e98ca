"""
Follows loans and payments from the beginning, and keeps how much each customer has borrowed and paid. It may be stopped
or killed at any time: the ledger decides which events count, and Kafka's offsets only avoid reading events again.
"""

import os
import signal
import sys

from confluent_kafka import Consumer, Message

from backfill import follow_plan
from event import read_event
from ledger import Ledger

BATCH_MAX = 500
POLL_TIMEOUT_S = 1.0
# How soon another process takes over from one that was killed.
SESSION_TIMEOUT_MS = 6_000
# How soon partitions that were added to a topic are found.
METADATA_AGE_MS_MAX = 10_000


def main() -> None:
    ledger = Ledger(os.environ.get("LEDGER", "ledger.db"))
    prefix = os.environ.get("TOPIC_PREFIX", "mo")
    consumer = Consumer(
        {
            "bootstrap.servers": os.environ.get("KAFKA_BROKERS", "localhost:9092"),
            # One group per ledger: an empty ledger must not continue from the offsets of an old one.
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
        events = []
        for message in messages:
            event = read_event(message)
            if event is None:
                print(f"skipped the message at offset {message.offset()}, which is no event", file=sys.stderr)
            else:
                events.append(event)
        for line in ledger.apply(events):
            print(line, flush=True)

    try:
        # Events that are no longer on the live topics come from backfills, which are read first.
        for path in filter(None, os.environ.get("PLANS", "").split(",")):
            follow_plan(path, consumer, (BATCH_MAX, POLL_TIMEOUT_S), apply, lambda: is_stopping)
        consumer.subscribe([f"{prefix}.loans", f"{prefix}.payments"])
        while not is_stopping:
            messages = consumer.consume(BATCH_MAX, POLL_TIMEOUT_S)
            if not messages:
                continue
            # One transaction per batch. The offsets are committed after it: events that arrive again are skipped.
            apply(messages)
            consumer.commit(asynchronous=False)
    finally:
        consumer.close()
        ledger.close()


if __name__ == "__main__":
    sys.exit(main())
