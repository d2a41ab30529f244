"""What import found, as JSON: ``python -m relaylab_conformance.inventory.as_json PATH`` writes the schema of it.

A program that plans reads this: each sender with the evidence of its method, each value with its place in an export,
and what nobody said.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from relaylab.domain.clock import iso
from relaylab_conformance import certified_json
from relaylab_conformance.inventory.found import Entry, Note
from relaylab_conformance.inventory.inventory import FoundSender, Inventory
from relaylab_conformance.inventory.writing import Written

SCHEMA: Final = "relaylab.inventory/1"
SCHEMA_FILE: Final = Path(__file__).with_name("inventory.schema.json")


@dataclass(frozen=True, slots=True)
class EvidenceDocument:
    """A sentence, the place in an export that it rests on, and how sure it is."""

    sentence: str
    origin: str
    confidence: str


@dataclass(frozen=True, slots=True)
class SenderDocument:
    """A sender: ``key`` stays the same from import to import, ``confidence`` is that of its method.

    The counts of recipients are message-recipient pairs of the trace; ``unknown`` has what to ask, by key.
    """

    key: str
    address: str
    site: str | None
    method: str
    confidence: str
    messages_per_day: int
    to: list[str]
    recipients_inside: int
    recipients_outside: int
    tls: dict[str, float]
    user_agents: list[str]
    evidence: list[EvidenceDocument]
    unknown: dict[str, str]


@dataclass(frozen=True, slots=True)
class ValueDocument:
    """A value as the world file has it, where it came from ("": import made it up), and what is to be said of it."""

    value: Any
    origin: str
    note: str


@dataclass(frozen=True, slots=True)
class TableDocument:
    """A table of the world file: which, its key, where it was seen, its values, and what to ask of the others."""

    table: str
    key: str
    origin: str
    values: dict[str, ValueDocument]
    unknown: dict[str, str]


@dataclass(frozen=True, slots=True)
class NoteDocument:
    """Something a person must know."""

    kind: str
    where: str
    what: str
    way_out: str


@dataclass(frozen=True, slots=True)
class InventoryDocument:
    """One import: the tenant, the files by kind of export, what was found, and what became of the world file."""

    schema: str
    tenant: str
    exports: dict[str, list[str]]
    missing: dict[str, str]
    tables: list[TableDocument]
    sites: list[str]
    senders: list[SenderDocument]
    notes: list[NoteDocument]
    world_file: str | None
    world_digest: str
    added: list[str]
    updated: list[str]
    removed: list[str]


def as_json(inventory: Inventory, notes: Iterable[Note], written: Written, path: Path | None) -> str:
    """Write an import as JSON; ``path`` is where the world was written, None where it was not."""
    document = InventoryDocument(
        schema=SCHEMA,
        tenant=inventory.tenant,
        exports={shape: list(files) for shape, files in inventory.shapes.items()},
        missing=dict(inventory.missing),
        tables=[_table(entry) for entry in inventory.entries],
        sites=[site.ip for site in inventory.sites],
        senders=[_sender(sender) for sender in inventory.senders],
        notes=[NoteDocument(note.kind.value, note.where, note.what, note.way_out) for note in notes],
        world_file=str(path) if path else None,
        world_digest=written.world.digest,
        added=written.change.added,
        updated=written.change.updated,
        removed=written.change.removed,
    )
    return certified_json.certificate_text(document)


def schema_text() -> str:
    """Give the schema as the committed copy has it."""
    return certified_json.schema_text(InventoryDocument, SCHEMA)


def _table(entry: Entry) -> TableDocument:
    values = {key: ValueDocument(_plain(said.value), str(said.origin), said.note) for key, said in entry.values.items()}
    return TableDocument(entry.table, entry.key, str(entry.origin), values, dict(entry.unknown))


def _sender(sender: FoundSender) -> SenderDocument:
    return SenderDocument(
        key=sender.key,
        address=str(sender.address),
        site=sender.ip,
        method=sender.method.value,
        confidence=sender.confidence.value,
        messages_per_day=sender.messages_per_day,
        to=list(sender.to),
        recipients_inside=sender.recipients_inside,
        recipients_outside=sender.recipients_outside,
        tls=dict(sender.tls),
        user_agents=list(sender.user_agents),
        evidence=[EvidenceDocument(one.sentence, str(one.origin), one.confidence.value) for one in sender.evidence],
        unknown=dict(sender.unknown),
    )


def _plain(value: object) -> object:
    match value:
        case datetime():
            return iso(value)
        case date():
            return value.isoformat()
        case _:
            return value


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(schema_text(), encoding="utf-8", newline="\n")
