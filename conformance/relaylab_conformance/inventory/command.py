"""The verb ``import``: exports in, a world file out, and whether something was lost on the way."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Final

from relaylab.app.world_file.errors import did_you_mean
from relaylab_conformance.inventory.as_json import as_json
from relaylab_conformance.inventory.as_text import as_text
from relaylab_conformance.inventory.found import PROBLEMS
from relaylab_conformance.inventory.origin import ExportError
from relaylab_conformance.inventory.reading import Hints, read_exports
from relaylab_conformance.inventory.rows import squash
from relaylab_conformance.inventory.settle import settle
from relaylab_conformance.inventory.shapes import READ
from relaylab_conformance.inventory.writing import merged, tenants_in, write
from relaylab_conformance.options import BadInputError
from relaylab_conformance.outputs import keep_apart
from relaylab_conformance.terminal import progress, say, say_json, width
from relaylab_scenarios.exports import example_folder, examples

SCRIPT: Final = "export.ps1"


def script() -> str:
    """Give the PowerShell script that exports everything, reading only."""
    return (files("relaylab_conformance.inventory") / SCRIPT).read_text(encoding="utf-8")


def import_and_tell(  # noqa: PLR0913 - an argument an option
    paths: Sequence[Path],
    *,
    out: Path | None,
    tenant: str | None,
    report_days: int | None,
    columns: Sequence[tuple[str, str]],
    shapes: Sequence[tuple[str, str]],
    as_json_text: bool,
) -> bool:
    """Import, write and print; give whether there is something to mend. Raise BadInputError for what cannot be read."""
    hints = Hints(dict(_column(pair) for pair in columns), dict(_shape(pair) for pair in shapes))
    named = [*paths, *hints.shapes]
    keep_apart([("--out", out)], [("an export", path) for path in named])
    size = sum(_size(path) for path in named)
    try:
        with progress("importing") as tell:
            done = 0

            def told(octets: int) -> None:
                nonlocal done
                done += octets
                tell(min(done, size), max(size, 1))

            found = read_exports(named, hints, told, there=tenants_in(out), wanted=tenant, out=out)
        inventory = settle(found, tenant, report_days)
        written = merged(inventory, out)
        if out is not None:
            write(written.text, out)
    except ExportError as error:
        raise BadInputError(str(error)) from None
    notes = [*inventory.notes, *written.change.notes]
    if as_json_text:
        say_json(as_json(inventory, notes, written, out))
    else:
        say(as_text(inventory, notes, written, out, width()))
    return any(note.kind in PROBLEMS for note in notes)


def example(name: str) -> Path:
    """Give the folder of a set of exports that relaylab ships; raise BadInputError for another name."""
    names = examples()
    if name not in names:
        way_out = did_you_mean(name, names, f"relaylab ships {', '.join(names)}")
        raise BadInputError(f"{name}: is not a set of exports that relaylab ships; {way_out}")
    return example_folder(name)


def _column(pair: tuple[str, str]) -> tuple[str, str]:
    theirs, ours = pair
    return squash(theirs), squash(ours)


def _shape(pair: tuple[str, str]) -> tuple[Path, str]:
    name, path = pair
    if name not in READ or name == "scubagear":
        names = [one for one in READ if one != "scubagear"]
        way_out = did_you_mean(name, names, f"it is one of {', '.join(names)}")
        raise BadInputError(f"--as {name}={path}: {name} is not a kind of export; {way_out}")
    if not Path(path).is_file():
        raise BadInputError(f"--as {name}={path}: there is no such file; name an export")
    return Path(path), name


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(one.stat().st_size for one in path.iterdir() if one.is_file())
    return path.stat().st_size if path.exists() else 0
