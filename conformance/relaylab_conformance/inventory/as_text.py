"""What import found, for a person: who sends, by what, seen where; what is wrong, and what to ask."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import fill
from typing import Final

from relaylab_conformance.inventory.found import PROBLEMS, Note
from relaylab_conformance.inventory.inventory import Inventory
from relaylab_conformance.inventory.shapes import BY_NAME
from relaylab_conformance.inventory.writing import Written
from relaylab_conformance.planning.unsaid import unsaid
from relaylab_conformance.tables import Column, table

_OBJECTS: Final = (
    ("accepted_domain", "domain", "domains"),
    ("mailbox", "mailbox", "mailboxes"),
    ("inbound_connector", "connector", "connectors"),
    ("mail_contact", "contact", "contacts"),
    ("distribution_group", "list", "lists"),
    ("hve_account", "HVE account", "HVE accounts"),
    ("authentication_policy", "authentication policy", "authentication policies"),
    ("dns", "DNS record", "DNS records"),
)
_MOST_CHANGES: Final = 20
_OTHER_TITLES: Final = {"zone": "DNS", "scubagear": "ScubaGear"}


def as_text(inventory: Inventory, notes: Sequence[Note], written: Written, path: Path | None, width: int) -> str:
    """Write the summary."""
    return "\n".join(_lines(inventory, notes, written, path, width))


def _lines(
    inventory: Inventory, notes: Sequence[Note], written: Written, path: Path | None, width: int
) -> Iterator[str]:
    yield from _exports(inventory, width)
    yield ""
    if inventory.senders:
        columns = (Column("sender"), Column("today"), Column("from"), Column("a day"), Column("seen", wraps=True))
        rows = [
            (
                str(sender.address),
                sender.method.value,
                sender.ip or "?",
                str(sender.messages_per_day),
                "\n".join(str(one) for one in sender.evidence),
            )
            for sender in inventory.senders
        ]
        yield table(columns, rows, width)
    else:
        yield "No sender is seen: give the report SMTP AUTH clients, the sign-in log or a message trace."
    yield from _notes(notes, width)
    yield from _missing(inventory, width)
    yield from _outcome(written, path)


def _exports(inventory: Inventory, width: int) -> Iterator[str]:
    titles = {shape.name: shape.title for shape in BY_NAME.values()} | _OTHER_TITLES
    read = [f"{titles[shape]} ({', '.join(files)})" for shape, files in inventory.shapes.items()]
    yield fill(f"{inventory.tenant}: read {', '.join(read)}", width, break_on_hyphens=False)
    counts = Counter(entry.table for entry in inventory.entries)
    found = [f"{counts[name]} {one if counts[name] == 1 else many}" for name, one, many in _OBJECTS if counts[name]]
    methods = Counter(sender.method.value for sender in inventory.senders)
    senders = ", ".join(f"{count} {method}" for method, count in methods.items())
    found.append(_counted(len(inventory.senders), "sender") + (f" ({senders})" if senders else ""))
    yield fill(f"found {', '.join(found)}", width, break_on_hyphens=False)


def _notes(notes: Sequence[Note], width: int) -> Iterator[str]:
    for title, wanted in (("To mend", True), ("To know", False)):
        lines = [f"{note.kind}: {note}" for note in notes if (note.kind in PROBLEMS) is wanted]
        if lines:
            yield f"\n{title}"
            yield from (_listed(line, width) for line in lines)


def _missing(inventory: Inventory, width: int) -> Iterator[str]:
    if inventory.missing:
        yield "\nNot given (relaylab import --script prints what exports them)"
        yield from (_listed(f"{title}: {asks}", width) for title, asks in inventory.missing.items())


def _outcome(written: Written, path: Path | None) -> Iterator[str]:
    change = written.change
    asked = len(unsaid(written.text).questions)
    if change.updated or change.removed:
        yield "\nChanged"
        lines = [*change.updated, *(f"{name}: is no more" for name in change.removed)]
        yield from (f"  {line}" for line in lines[:_MOST_CHANGES])
        if len(lines) > _MOST_CHANGES:
            yield f"  and {len(lines) - _MOST_CHANGES} more"
    yield ""
    stand = "stands" if asked == 1 else "stand"
    new, gone = _counted(len(change.added), "table"), _counted(len(change.removed), "table")
    tally = f"{new} new, {_counted(len(change.updated), 'line')} changed, {gone} removed"
    if path is None:
        yield f"Nothing is written: {tally}. --out world.toml writes it."
    else:
        yield f"{path}: {tally}; {_counted(asked, 'question')} {stand} in it as # unknown."
        is_ready = bool(written.world.world.senders)
        yield f"Next: relaylab plan {path}" if is_ready else "Next: the exports that show senders"


def _listed(line: str, width: int) -> str:
    return fill(line, width, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
