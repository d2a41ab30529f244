"""Mail in one SQLite file, there again when the file is opened again."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar, Final

from relaylab.domain.charge import Charge, Meter
from relaylab.domain.clock import iso, parse_instant
from relaylab.store import document
from relaylab.store.database import explained, open_database
from relaylab.store.ledger import TIDY_ABOVE, lasting, past_at
from relaylab.store.mail import UNBOUNDED, Bounds, MailDump, StoreError, kept_before, recipients_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from relaylab.domain.address import Address
    from relaylab.domain.endpoint import Endpoint
    from relaylab.domain.message import KeptMessage

_KEEP_MESSAGE: Final = """
INSERT INTO message (id, endpoint, tenant, site, session, accepted_at, delivered_at, mail_from, subject, message_id,
                     rule, report_of, document, size, raw)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_KEEP_RECIPIENT: Final = "INSERT OR IGNORE INTO recipient (address, message, placed) VALUES (?, ?, ?)"
_KEEP_CHARGE: Final = "INSERT INTO charge (meter, owner, amount, at) VALUES (?, ?, ?, ?)"
_FORGET_CHARGES: Final = "DELETE FROM charge WHERE meter = ? AND at < ?"
_LIST: Final = """
SELECT document, x'' FROM message
WHERE (:tenant IS NULL OR tenant = :tenant)
  AND (:endpoint IS NULL OR endpoint = :endpoint)
  AND (:session IS NULL OR session = :session)
  AND (:recipient IS NULL OR place IN (SELECT message FROM recipient WHERE address = :recipient))
  AND (:after IS NULL OR place > (SELECT place FROM message WHERE id = :after))
ORDER BY place
LIMIT :limit
"""


class SqliteMailStore:
    """Mail in a file, which belongs to this process until ``close``."""

    usual: ClassVar[Bounds] = UNBOUNDED

    def __init__(self, path: Path, bounds: Bounds = UNBOUNDED) -> None:
        """Open the file, or make it; raise StoreError when it is in use, damaged or not ours."""
        self._path: Final = path
        self.bounds = bounds
        self.dropped = 0
        self._lock: Final = Lock()  # whoever reads from another thread must not meet half a turn
        self._database, self._run = open_database(path)
        # Counted when first needed, and kept beside the file then: to count its rows takes as long as it is.
        self._known: tuple[int, int] | None = None
        self._room = TIDY_ABOVE  # for charges, before those that count no longer are forgotten

    @property
    def run(self) -> int:
        """Which opening of this file this is, counted from 1."""
        return self._run

    def keep(self, *messages: KeptMessage, charges: Sequence[Charge] = ()) -> None:
        """Commit all that one turn keeps, or raise StoreError and keep nothing of it."""
        charged = lasting(charges)
        costs = _costs(charged)
        if not messages and not costs:
            return
        count, octets = self._held()
        count, octets = count + len(messages), octets + sum(len(message.raw) for message in messages)
        dropped = 0
        with self._turn() as database:
            for message in messages:
                _insert(database, message)
            database.executemany(_KEEP_CHARGE, costs)
            while self.bounds.are_over(count, octets):
                octets -= _drop_oldest(database)
                count, dropped = count - 1, dropped + 1
        self._known = count, octets
        self.dropped += dropped
        self._room -= len(costs)
        if self._room < 0:
            self._forget_past(charged)

    def messages(  # noqa: PLR0913 - each narrows the list
        self,
        *,
        tenant: str | None = None,
        recipient: Address | None = None,
        endpoint: Endpoint | None = None,
        session: str | None = None,
        after: str | None = None,
        limit: int | None = None,
    ) -> list[KeptMessage]:
        """Give, without content, the messages that match."""
        wanted: dict[str, str | int | None] = {
            "tenant": _text(tenant),
            "recipient": _text(recipient.key) if recipient else None,
            "endpoint": endpoint,
            "session": _text(session),
            "after": _text(after),
            "limit": -1 if limit is None else limit,
        }
        return [self._read(*row) for row in self._rows(_LIST, wanted)]

    def message(self, name: str) -> KeptMessage | None:
        """Give the message of that id, content included."""
        rows = self._rows("SELECT document, raw FROM message WHERE id = :id", {"id": _text(name)})
        return self._read(*rows[0]) if rows else None

    def raw(self, name: str) -> bytes | None:
        """Give the content of the message of that id."""
        rows = self._rows("SELECT raw FROM message WHERE id = :id", {"id": _text(name)})
        return bytes(rows[0][0]) if rows else None

    def delete(self, name: str) -> bool:
        """Forget a message, and tell whether there was one."""
        with self._turn() as database:
            deleted = database.execute("DELETE FROM message WHERE id = ?", [_text(name)]).rowcount
        self._known = None
        return deleted == 1

    def charges(self) -> list[Charge]:
        """Give every charge that outlives a process and may still count, in order."""
        rows = self._rows("SELECT meter, owner, amount, at FROM charge ORDER BY place", {})
        return [Charge(Meter(meter), owner, amount, parse_instant(at)) for meter, owner, amount, at in rows]

    def forget(self) -> int:
        """Forget all messages, and tell how many there were."""
        with self._turn() as database:
            database.execute("DELETE FROM recipient")
            count = database.execute("DELETE FROM message").rowcount
        self._known = None
        return count

    def clear(self) -> None:
        """Forget all messages and charges."""
        with self._turn() as database:
            _empty(database)
        self._known = None
        self.dropped = 0

    def dump(self) -> MailDump:
        """Give everything that is kept, contents included: all of it is in memory then."""
        rows = self._rows("SELECT document, raw FROM message ORDER BY place", {})
        return MailDump(tuple(self._read(*row) for row in rows), tuple(self.charges()), self.dropped)

    def load(self, dump: MailDump) -> None:
        """Keep what a dump holds and nothing else, in one transaction."""
        with self._turn() as database:
            _empty(database)
            for message in dump.messages:
                _insert(database, message)
            database.executemany(_KEEP_CHARGE, _costs(dump.charges))
        self._known = None
        self.dropped = dump.dropped

    def close(self) -> None:
        """Give the file free."""
        with self._lock:
            self._database.close()

    def __len__(self) -> int:
        return self._held()[0]

    def _forget_past(self, fresh: list[Charge]) -> None:
        """Forget the charges that count no longer, and wait until there are twice as many before the next time."""
        past = [(meter, _a_second_before(instant)) for meter, instant in past_at(fresh).items()]
        with self._turn() as database:
            database.executemany(_FORGET_CHARGES, past)
            [(left,)] = database.execute("SELECT count(*) FROM charge")
        self._room = max(TIDY_ABOVE, int(left))

    def _held(self) -> tuple[int, int]:
        """Count the messages of the file, and their octets."""
        if self._known is None:
            [(count, octets)] = self._rows("SELECT count(*), coalesce(sum(length(raw)), 0) FROM message", {})
            self._known = int(count), int(octets)
        return self._known

    def _rows(self, question: str, words: Mapping[str, str | int | None]) -> list[tuple[Any, ...]]:
        with self._lock, explained(self._path):
            return self._database.execute(question, words).fetchall()

    @contextmanager
    def _turn(self) -> Iterator[sqlite3.Connection]:
        """Do all or nothing."""
        with self._lock, explained(self._path), self._database as database:
            database.execute("BEGIN IMMEDIATE")
            yield database

    def _read(self, text: str, raw: bytes) -> KeptMessage:
        try:
            return document.read(text, raw)
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError(
                f"{self._path} holds a message that cannot be read ({error!r}); move it away and start with a new file"
            ) from error


def _empty(database: sqlite3.Connection) -> None:
    for table in ("recipient", "message", "charge"):
        database.execute(f"DELETE FROM {table}")  # noqa: S608 - names of ours


def _drop_oldest(database: sqlite3.Connection) -> int:
    """Drop the oldest message, and tell how many octets it had."""
    place, octets = database.execute("SELECT place, length(raw) FROM message ORDER BY place LIMIT 1").fetchone()
    database.execute("DELETE FROM message WHERE place = ?", [place])
    return int(octets)


def _a_second_before(instant: datetime) -> str:
    """Give an instant that sorts as text before all from ``instant`` on: a fraction of a second sorts before none."""
    return iso(instant.replace(microsecond=0) - timedelta(seconds=1))


def _costs(charges: Iterable[Charge]) -> list[tuple[str, str | None, int, str]]:
    return [(charge.meter, _text(charge.owner), charge.amount, iso(charge.at)) for charge in charges]


def _insert(database: sqlite3.Connection, message: KeptMessage) -> None:
    head, decision = message.head, message.decision
    texts = (
        message.id,
        message.endpoint,
        message.tenant,
        message.site,
        message.session,
        iso(message.accepted_at),
        iso(message.delivered_at),
        str(message.envelope.mail_from) if message.envelope.mail_from else None,
        head.subject,
        head.message_id,
        decision.rule if decision else None,
        message.report_of,
        document.write(message),
    )
    try:
        row = database.execute(_KEEP_MESSAGE, [*map(_text, texts), message.size, message.raw])
    except sqlite3.IntegrityError as error:
        raise StoreError(kept_before(message.id)) from error
    placed = {copy.recipient: copy.placed for copy in message.copies}
    database.executemany(
        _KEEP_RECIPIENT,
        [(_text(address.key), row.lastrowid, placed.get(address)) for address in recipients_of(message)],
    )


def _text(value: str | None) -> str | None:
    """Give text as SQLite takes it: what is none (lone surrogates) is spelled out."""
    return value.encode(errors="backslashreplace").decode() if value is not None else None
