"""
Stores the totals of each customer in SQLite. The last applied version of each customer and stream is written in the
transaction of its effect, so an event counts once, however often it arrives and on whichever topic. The stream
is that of `ce_source`, not the topic, because a backfill contains the same stream on another topic.
"""

import sqlite3
import uuid
from collections.abc import Iterable

from cloudevents.core.base import BaseCloudEvent

# How long to wait while another process uses the ledger.
BUSY_TIMEOUT_S = 10

SCHEMA = """
  PRAGMA journal_mode = WAL;
  CREATE TABLE IF NOT EXISTS ledger (id TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS versions (
    stream TEXT, customer_id INTEGER, version INTEGER NOT NULL, PRIMARY KEY (stream, customer_id));
  CREATE TABLE IF NOT EXISTS customers (
    customer_id INTEGER PRIMARY KEY, name TEXT NOT NULL,
    lent_minor INTEGER NOT NULL DEFAULT 0, paid_minor INTEGER NOT NULL DEFAULT 0);
"""


class Ledger:
    def __init__(self, path: str) -> None:
        self._database = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)
        self._database.executescript(SCHEMA)
        with self._database:
            self._database.execute(
                "INSERT INTO ledger SELECT ? WHERE NOT EXISTS (SELECT * FROM ledger)", (str(uuid.uuid4()),)
            )
        (self.id,) = self._database.execute("SELECT id FROM ledger").fetchone()
        """A permanent id of this ledger."""

    def apply(self, events: Iterable[BaseCloudEvent]) -> list[str]:
        """
        Applies all events or none, and returns a line for each new one. Raises LookupError if an earlier event of a
        customer is missing.
        """
        with self._database:
            # Locks before reading: a process that has lost the partition without knowing it waits for the new owner.
            self._database.execute("BEGIN IMMEDIATE")
            return [line for event in events if (line := self._apply_one(event)) is not None]

    def close(self) -> None:
        self._database.close()

    def _apply_one(self, event: BaseCloudEvent) -> str | None:
        stream = event.get_source()
        customer_id = int(event.get_subject())
        version = int(event.get_extension("sequence"))
        last = self._last_version(stream, customer_id)
        if version <= last:
            return None
        if version > last + 1:
            # The topic no longer reaches back to the customer's first event, or the earlier events are in another
            # partition because some were added: a backfill provides the whole history.
            raise LookupError(f"{stream}: customer {customer_id} goes from version {last} to {version}")
        self._database.execute("INSERT OR REPLACE INTO versions VALUES (?, ?, ?)", (stream, customer_id, version))
        data = event.get_data()
        lent, paid = effect_of(event.get_type(), data)
        self._database.execute(
            "INSERT INTO customers VALUES (?1, ?2, ?3, ?4)"
            " ON CONFLICT DO UPDATE SET lent_minor = lent_minor + ?3, paid_minor = paid_minor + ?4",
            (customer_id, data["customer_external_id"], lent, paid),
        )
        return f"{stream} customer {customer_id} version {version}: {event.get_type()}"

    def _last_version(self, stream: str, customer_id: int) -> int:
        row = self._database.execute(
            "SELECT version FROM versions WHERE stream = ? AND customer_id = ?", (stream, customer_id)
        ).fetchone()
        return 0 if row is None else row[0]


def effect_of(event_type: str, data: dict) -> tuple[int, int]:
    """The amounts that an event adds, in minor units. An unknown type adds nothing, because types may be added."""
    match event_type:
        case "LoanTaken":
            return minor(data["amount"]), 0
        case "PaymentApplied":
            return 0, minor(data["total_amount"])
        case _:
            return 0, 0


def minor(amount: str) -> int:
    """`"1200.50"` as 120050: amounts always have two decimals."""
    return int(amount.replace(".", ""))
