"""The world file of a plan: each ``target`` as recommended, and the steps as if they were carried out.

Law: all else stays as a person wrote it, octet for octet; what the plan writes has its mark, and a target that it
replaces stays in the comment.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import tomli

from relaylab.app.config import KnownNames, WorldFileError, parse_world
from relaylab.app.world_file.roots import TABLE
from relaylab_conformance.inventory.origin import ExportError
from relaylab_conformance.inventory.world_text.document import Document
from relaylab_conformance.inventory.writing import write
from relaylab_conformance.options import BadInputError
from relaylab_conformance.planning.carrying_out import CarryingOut, set_key
from relaylab_scenarios import profiles

if TYPE_CHECKING:
    from relaylab.app.world_file.source import Text
    from relaylab_conformance.planning.model import Plan, SenderPlan
    from relaylab_conformance.planning.plan import Planned

_CRLF: Final = "\r\n"


def write_planned(source: Text, planned: Planned, out: Path) -> None:
    """Write the world file of a plan to ``out``, once it is read again and found to be that world.

    Raise BadInputError for a world file that the plan cannot be written into; then nothing is written.
    """
    text = planned_world(source, planned, out.absolute().parent)
    known = KnownNames.of_the_rules(frozenset(profiles()))
    try:
        again = parse_world(text, str(out), known=known, folder=out.absolute().parent)
    except WorldFileError as error:
        raise BadInputError(f"{out} is not written, since it would be no world file:\n{error}") from None
    targets = [(one.name, one.target) for one in again.world.senders]
    if targets != [(one.name, one.target) for one in planned.world.senders]:
        raise BadInputError(
            f"{out} is not written, since its targets would be none of the plan's; write each [[sender]] of "
            f"{source.file} as a table with one key = value a line"
        )
    write(text, out)


def planned_world(source: Text, planned: Planned, folder: Path) -> str:
    """Write targets and steps into a world file that is to lie in ``folder``.

    Raise BadInputError for one whose tables are inside a line.
    """
    lines = source.text.replace(_CRLF, "\n")
    try:
        document = Document(lines if lines.endswith("\n") else f"{lines}\n", source.file, tomli.loads(source.text))
        CarryingOut(document, source.file, planned.before, planned.world).write()
    except ExportError as error:
        told = str(error).replace("so that import can add to them", "so that the plan can be filled in")
        raise BadInputError(told) from None
    for block, one in zip(document.top("sender"), planned.plan.senders, strict=True):
        if one.recommended not in {None, one.written}:
            set_key(block, "target", str(one.recommended), _was(one))
    _found_from(folder, source.folder, document)
    new = document.text()
    return new.replace("\n", _CRLF) if _CRLF in source.text else new


def _found_from(folder: Path, old: Path | None, document: Document) -> None:
    """Write the files that a world names as they are found from its new folder; whole paths stay."""
    if old is None or old.absolute() == folder:
        return
    for block in document.top(TABLE):
        name = block.value("file")
        if isinstance(name, str) and not Path(name).is_absolute():
            set_key(block, "file", _from(folder, old.absolute() / name), f"was {name}")


def _from(folder: Path, file: Path) -> str:
    try:
        return Path(os.path.relpath(file, folder)).as_posix()
    except ValueError:  # on another drive of Windows
        return file.as_posix()


def _was(one: SenderPlan) -> str:
    return f"was {one.written}, {'as today' if one.written is one.today else 'which does not hold'}"


def note(plan: Plan) -> str:
    """Say how many targets differ from what the file had."""
    changed = sum(1 for one in plan.senders if one.recommended not in {None, one.written})
    left = sum(1 for one in plan.work if one.recommended is None)
    behind = f"; {left} left as they were, since nothing fits or is known to" if left else ""
    return f"{changed} of {len(plan.senders)} targets filled in{behind}, and the steps as if they were carried out"
