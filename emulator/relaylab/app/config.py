"""World files: TOML or JSON in, a World out, or one error that lists everything there is to mend.

``load_world`` takes a path or the name of a world that relaylab ships, ``parse_world`` a text, and
``world_from_document`` what a control plane was sent.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, cast

from relaylab.app.world_file.checks import CHECKS, NOTES
from relaylab.app.world_file.errors import ROOT, Fault, Problem, WorldFileError, in_file_order
from relaylab.app.world_file.grammar import WORLD, world_schema
from relaylab.app.world_file.known import KnownNames
from relaylab.app.world_file.reader import read
from relaylab.app.world_file.roots import with_roots_read
from relaylab.app.world_file.source import parsed, shipped_worlds, text_of
from relaylab.app.world_file.tables import Table
from relaylab.domain.clock import iso
from relaylab.domain.tenant import Tenant
from relaylab.domain.world import World

__all__ = [
    "KnownNames",
    "LoadedWorld",
    "Problem",
    "WorldFileError",
    "load_document",
    "load_world",
    "parse_world",
    "shipped_worlds",
    "world_from_document",
    "world_schema",
]

_DIGEST_DIGITS = 16


@dataclass(frozen=True, slots=True)
class LoadedWorld:
    """A world with the document it was read from.

    ``document`` can be written as JSON, secrets included: hand it to the owner of the world only. ``digest`` is the
    same for the same document in any order of keys and says nothing of its secrets. ``notes`` are what was accepted
    and is yet worth a word.
    """

    world: World
    document: dict[str, Any] = field(repr=False)
    name: str
    digest: str
    notes: tuple[str, ...] = ()


def load_world(source: str | Path, *, known: KnownNames | None = None) -> LoadedWorld:
    """Read the world at a path, or the one that relaylab ships under that name; raise WorldFileError."""
    text = text_of(source)
    document = parsed(text.text, text.file)
    return _load(document, file=text.file, name=text.name, known=known, folder=text.folder)


def parse_world(text: str, name: str, *, known: KnownNames | None = None, folder: Path | None = None) -> LoadedWorld:
    """Read a world from its text; errors call it ``name``. Files that it names are looked for from ``folder``."""
    return _load(parsed(text, name), file=name, name=name, known=known, folder=folder)


def load_document(document: Mapping[str, object], name: str, *, known: KnownNames | None = None) -> LoadedWorld:
    """Read a world from a document, as ``LoadedWorld.document`` gives it; errors call it ``name``."""
    return _load(document, file=name, name=name, known=known)


def world_from_document(document: Mapping[str, object], name: str, *, known: KnownNames | None = None) -> World:
    """Give the world a document describes; errors call it ``name``."""
    return load_document(document, name, known=known).world


def _load(
    document: Mapping[str, object], *, file: str, name: str, known: KnownNames | None, folder: Path | None = None
) -> LoadedWorld:
    names = known or KnownNames.of_the_rules()
    document, unread = with_roots_read(document, folder)
    draft, world = read(document)
    faults = [*unread, *draft.faults, *(fault for check in CHECKS for fault in check(draft, names))]
    if not faults and not draft.of(Tenant):
        faults = [Fault(ROOT / "tenant", None, "is missing", 'add a [[tenant]] with name = "contoso"')]
    if faults:
        raise WorldFileError(*in_file_order(faults, document, file))
    notes = in_file_order((note for find in NOTES for note in find(draft)), document, file)
    plain = cast("dict[str, Any]", _jsonable(document))
    return LoadedWorld(cast("World", world), plain, name, _digest(plain), tuple(map(str, notes)))


def _jsonable(value: object) -> object:
    """Write dates as ISO texts, which the reader takes as well."""
    match value:
        case Mapping():
            return {key: _jsonable(inner) for key, inner in value.items()}
        case list():
            return [_jsonable(inner) for inner in value]
        case datetime():
            return iso(value) if value.tzinfo else value.isoformat()
        case date() | time():
            return value.isoformat()
        case _:
            return value


def _digest(document: Mapping[str, object]) -> str:
    text = json.dumps(_without_secrets(WORLD, document), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_DIGITS]


def _without_secrets(table: Table, raw: Mapping[str, object]) -> dict[str, object]:
    """Leave of each secret only that there is one: a report shows the digest, and a short password could be guessed."""
    plain: dict[str, object] = {key: "..." if key in table.secrets else value for key, value in raw.items()}
    for key, below in table.tables.items():
        if isinstance(one := raw.get(key), dict):
            plain[key] = _without_secrets(below.table, one)
        elif isinstance(many := raw.get(key), list):
            plain[key] = [_without_secrets(below.table, one) for one in many]
    return plain
