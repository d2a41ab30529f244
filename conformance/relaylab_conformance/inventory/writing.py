"""The world file is written whole or not at all: it is judged as ``certify`` judges it before it takes its place."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import tomli

from relaylab.app.config import KnownNames, LoadedWorld, WorldFileError, load_world, parse_world
from relaylab_conformance.inventory.inventory import Inventory
from relaylab_conformance.inventory.origin import ExportError, broken
from relaylab_conformance.inventory.world_text.document import Document
from relaylab_conformance.inventory.world_text.merge import Merger
from relaylab_conformance.inventory.world_text.tables import Change
from relaylab_scenarios import profiles

_CRLF: Final = "\r\n"


@dataclass(frozen=True, slots=True)
class Written:
    """A world file as it will stand, the world it describes, and what became of the old one."""

    text: str
    world: LoadedWorld
    change: Change


def merged(inventory: Inventory, path: Path | None, known: KnownNames | None = None) -> Written:
    """Bring an inventory into the world file at ``path``, or into a new one.

    Raise WorldFileError for a file that is none yet or would be none, ExportError for one that cannot be added to.
    """
    names = known or KnownNames.of_the_rules(frozenset(profiles()))
    old = _old_text(path, names)
    name = str(path) if path else "world.toml"
    document = Document(old.replace(_CRLF, "\n"), name, _document(old))
    change = Merger(document, inventory).merge()
    text = document.text()
    try:
        world = parse_world(text, name, known=names, folder=path.parent if path else None)
    except WorldFileError as error:
        raise _unfit(error) from None
    return Written(text.replace("\n", _CRLF) if _CRLF in old else text, world, change)


def tenants_in(path: Path | None, known: KnownNames | None = None) -> list[dict[str, Any]]:
    """Give the tenants of the world file at ``path``, none where there is no file; raise WorldFileError."""
    names = known or KnownNames.of_the_rules(frozenset(profiles()))
    return list(_document(_old_text(path, names)).get("tenant", ()))


def write(text: str, path: Path) -> None:
    """Put the text in the file's place at once: whoever looks sees the old file or the new one."""
    target = path.resolve()
    if not target.parent.is_dir():
        raise broken(
            str(path),
            "",
            f"cannot be written: there is no folder {path.parent}",
            "make it, or choose another file or folder",
        )
    handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".new", dir=target.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with suppress(OSError):
            os.chmod(temporary, target.stat().st_mode & 0o7777 if target.exists() else 0o666 & ~_umask())  # noqa: PTH101
        os.replace(temporary, target)  # noqa: PTH105 - the one call that replaces atomically
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108
        raise


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _old_text(path: Path | None, names: KnownNames) -> str:
    """Read the file that is there, which must be a world file that holds."""
    if path is None or not path.exists() or not path.read_bytes().strip():
        return ""
    load_world(path, known=names)
    return path.read_bytes().decode("utf-8-sig")


def _document(text: str) -> dict[str, Any]:
    return tomli.loads(text) if text.strip() else {}


def _unfit(error: WorldFileError) -> ExportError:
    """Say that what the exports say does not hold together, in the world file's own words."""
    return ExportError(*error.problems)
