"""
Follows the plan of `mo backfill`: reads the history from its topic to the end, then lets the group continue with the
live topic from the plan's offsets. These are committed last: until then, a restart reads the history again, and the
ledger skips the events that it knows.
"""

import json
from collections.abc import Callable

from confluent_kafka import OFFSET_BEGINNING, Consumer, Message, TopicPartition

KAFKA_TIMEOUT_S = 30.0


def follow_plan(
    path: str,
    consumer: Consumer,
    batch: tuple[int, float],
    apply: Callable[[list[Message]], None],
    is_stopping: Callable[[], bool],
) -> None:
    """
    The consumer belongs to the group, and has not subscribed yet. Raises RuntimeError if the plan is too old, because
    partitions were added to the live topic since.
    """
    with open(path, encoding="utf-8") as file:
        plan = json.load(file)
    read, resume = plan["read"], plan["resume"]
    resume_at = [TopicPartition(resume["topic"], place["partition"], int(place["offset"])) for place in resume["from"]]
    # A group that has read the live topic before has committed offsets too, but lower ones than the plan's.
    reached = {place.partition: place.offset for place in consumer.committed(resume_at, KAFKA_TIMEOUT_S)}
    if all(reached[place.partition] >= place.offset for place in resume_at):
        return
    left = {place["partition"]: int(place["offset"]) for place in read["until"] if place["offset"] != "0"}
    consumer.assign([TopicPartition(read["topic"], partition, OFFSET_BEGINNING) for partition in left])
    while left:
        if is_stopping():
            return
        messages = consumer.consume(*batch)
        if not messages:
            continue
        apply(messages)
        for message in messages:
            if message.offset() + 1 >= left.get(message.partition(), 0):
                left.pop(message.partition(), None)
    consumer.unassign()
    topic = resume["topic"]
    # A customer's events since the plan may be in two partitions, of which the newer may be read first.
    if len(consumer.list_topics(topic, KAFKA_TIMEOUT_S).topics[topic].partitions) > len(resume_at):
        raise RuntimeError(f"partitions were added to {topic} after this plan: ask for a new backfill")
    consumer.commit(offsets=resume_at, asynchronous=False)
