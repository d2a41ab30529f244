"""A message trace as columns of events: one for each message, however many rows it has.

Rows may come in any order. Law: what is held of a row is twenty octets, and each sender's name once.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from operator import gt
from pathlib import Path
from typing import TYPE_CHECKING, Final

from relaylab.domain.clock import microseconds
from relaylab_conformance.inventory import cells
from relaylab_conformance.inventory.cells import UnclearError
from relaylab_conformance.inventory.forms import form_of
from relaylab_conformance.inventory.found import Findings
from relaylab_conformance.inventory.origin import broken
from relaylab_conformance.inventory.reading import NO_HINTS, Export, rows_of
from relaylab_conformance.inventory.shapes import message_trace
from relaylab_conformance.inventory.shapes.addresses import address
from relaylab_conformance.inventory.text import open_text
from relaylab_scenarios.replaying import Events

if TYPE_CHECKING:
    from relaylab.domain.world import World
    from relaylab_conformance.inventory.rows import Row

_RECEIVED: Final = ("received", "receiveddatetime", "date")
_MESSAGE: Final = ("messagetraceid", "networkmessageid", "messageid")
_NEITHER: Final = "neither a column RecipientAddress, with a row for each, nor a column RecipientCount"


@dataclass(frozen=True, slots=True)
class Trace:
    """Events in order, the mailbox behind each number, and how many rows were of no mailbox of the world."""

    events: Events
    mailboxes: tuple[str, ...]
    strangers: int


class _Rows:
    """The rows as they are read, in columns."""

    def __init__(self, world: World | None) -> None:
        self._world = world
        self._numbers: dict[str, int | None] = {}  # by sender; None: no mailbox of the world
        self.mailboxes: dict[str, int] = {}
        self.at, self.mailbox, self.recipients, self.message = array("q"), array("i"), array("i"), array("q")
        self.strangers = 0

    def add(self, row: Row) -> None:
        """Take a row, unless it is a report of the service itself, which has no sender."""
        if row.value("senderaddress") is None:
            return
        sender = row.needs(address, "senderaddress")
        if sender.key not in self._numbers:
            self._numbers[sender.key] = self._number(sender.key)
        number = self._numbers[sender.key]
        if number is None:
            self.strangers += 1
            return
        message = row.value(*_MESSAGE)
        self.at.append(_instant(row))
        self.mailbox.append(number)
        self.recipients.append(_recipients(row))
        self.message.append(hash(message) if message is not None else -len(self.at))

    def _number(self, sender: str) -> int | None:
        key = sender
        if self._world is not None:
            found = self._world.recipient(address(sender)).mailbox
            if found is None:
                return None
            key = found.address.key
        return self.mailboxes.setdefault(key, len(self.mailboxes))

    def events(self) -> Events:
        """Put them in order, and rows of one message together."""
        order: Iterable[int] = range(len(self.at))
        if any(map(gt, self.at, self.at[1:])):
            order = sorted(order, key=self.at.__getitem__)
        events = Events()
        of_this_instant: dict[tuple[int, int], int] = {}
        for place in order:
            if not events or events.at[-1] != self.at[place]:
                of_this_instant.clear()
            message = (self.mailbox[place], self.message[place])
            if message in of_this_instant:
                events.recipients[of_this_instant[message]] += self.recipients[place]
            else:
                of_this_instant[message] = len(events)
                events.append(self.at[place], self.mailbox[place], self.recipients[place])
        return events


def read_trace(paths: Iterable[Path], world: World | None = None) -> Trace:
    """Read message traces; with a world only what its mailboxes sent. Raise ExportError for what cannot be read."""
    rows = _Rows(world)
    for path in paths:
        if not path.is_file():
            raise broken(str(path), "", "there is no such file", "name a message trace, as CSV or JSON")
        export = Export(path, path.name, form_of(path), message_trace.SHAPE.name)
        if export.form == "zone":
            raise broken(path.name, "", "is a zone file", f"name a message trace: {message_trace.SHAPE.command}")
        with open_text(path, path.name, lambda _: None) as text:
            for row, _ in rows_of(export, text, NO_HINTS, Findings()):
                rows.add(row)
    return Trace(rows.events(), tuple(rows.mailboxes), rows.strangers)


def _instant(row: Row) -> int:
    try:
        return microseconds(row.needs(cells.instant, *_RECEIVED))
    except UnclearError:
        column = row.has(*_RECEIVED) or _RECEIVED[0]
        raise row.wrong(column, "has day and month that can be exchanged", "write it as 2026-11-28T09:15:00Z") from None


def _recipients(row: Row) -> int:
    counted = row.read(cells.number, "recipientcount")
    if counted is not None:
        return _countable(row, counted)
    if row.has("recipientaddress") is None:
        raise broken(row.origin.file, "", f"has {_NEITHER}", "add one of them")
    return 1


def _countable(row: Row, counted: int) -> int:
    if not 1 <= counted <= 1_000_000:
        raise row.wrong("recipientcount", "is not between 1 and 1,000,000", "a message has at least one recipient")
    return counted
