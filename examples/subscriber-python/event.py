"""
Reads a message as an event of MO Loans. Anybody with the right to write may have sent something else to a topic, and
that must not stop the events of all customers. If it was an event that has been spoilt, the ledger notices the gap at
the customer's next version.
"""

import re

from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from cloudevents.core.exceptions import BaseCloudEventException
from confluent_kafka import KafkaException, Message

SOURCES = {b"/mo/loans", b"/mo/payments"}
WHOLE_NUMBER = re.compile(rb"[1-9][0-9]{0,14}")


def read_event(message: Message) -> BaseCloudEvent | None:
    """The CloudEvent in a message; None if it is no event of these sources."""
    if message.error():
        raise KafkaException(message.error())
    headers = {name: value or b"" for name, value in message.headers() or []}
    if headers.get("ce_specversion") != b"1.0" or headers.get("ce_source") not in SOURCES:
        return None
    if not all(WHOLE_NUMBER.fullmatch(headers.get(name, b"")) for name in ("ce_subject", "ce_sequence")):
        return None
    try:
        event = from_binary_event(KafkaMessage(headers, message.key(), message.value()))
    except (BaseCloudEventException, ValueError):
        # An attribute is missing, or is not what it should be.
        return None
    data = event.get_data()
    is_event = isinstance(data, dict) and data.get("customer_id") == int(event.get_subject())
    return event if is_event else None
