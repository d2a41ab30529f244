"""Which export a file is by its columns; and for one that is none, which it resembles and what it lacks.

Law: a column tells the more the fewer exports have it: what they all have says nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from relaylab.app.world_file.errors import near_miss
from relaylab_conformance.inventory.columns import written
from relaylab_conformance.inventory.origin import ExportError, broken
from relaylab_conformance.inventory.rows import squash
from relaylab_conformance.inventory.shapes import RECOGNISED, smtp_auth_clients
from relaylab_conformance.inventory.shapes.shape import Shape

_FEWEST_COLUMNS: Final = 0.5  # of those that mark a shape, to say what a file was meant to be
_LEAST_LIKENESS: Final = 0.5  # half a column that no other export has
_SWITCH: Final = "smtpclientauthenticationdisabled"
_SHOWN: Final = 8  # columns
_ANYBODYS: Final = frozenset({"name", "identity", "displayname"})  # of every object of Exchange
_HAVING: Final = Counter(column for shape in RECOGNISED for column in shape.known)


def shape_of(columns: tuple[str, ...], sample: list[dict[str, Any]], name: str, renamed: Mapping[str, str]) -> Shape:
    """Give the shape that has these columns, by our names where a person ``renamed`` them; raise ExportError."""
    squashed = [squash(column) for column in columns]
    ours = {renamed.get(one, one) for one in squashed}
    by_content, _ = smtp_auth_clients.headings(squashed, sample)
    ours |= set(by_content.values())
    for shape in RECOGNISED:
        if any(marks <= ours for marks in shape.marks):
            _refuse_missing(shape, ours, columns, name)
            return shape
    nearest = max(RECOGNISED, key=lambda shape: _share(shape, ours))
    if _share(nearest, ours) >= _FEWEST_COLUMNS:
        _refuse_missing(nearest, ours, columns, name)
    if {smtp_auth_clients.SENDER, smtp_auth_clients.MESSAGES} <= ours:
        lacks = [
            one for one in ("TLS 1.0", "TLS 1.1", "TLS 1.2") if not any(each.startswith(squash(one)) for each in ours)
        ]
        what = f"looks like {smtp_auth_clients.SHAPE.title}, but has no column {', '.join(lacks)}"
        way_out = f"say --as smtp_auth_clients={name} if it is; or export it again: {smtp_auth_clients.SHAPE.command}"
        raise broken(name, "", what, way_out)
    raise _unknown(ours, columns, name)


def all_known() -> str:
    """Name the exports that are known, and what makes them."""
    titles = ", ".join(shape.title for shape in RECOGNISED)
    return f"the known ones: {titles}; relaylab import --script exports them"


def _unknown(ours: set[str], columns: tuple[str, ...], name: str) -> ExportError:
    """Say what a file of no known columns resembles most, if anything."""
    shown = ", ".join(columns[:_SHOWN]) + (", ..." if len(columns) > _SHOWN else "")
    nearest = max(RECOGNISED, key=lambda shape: _likeness(shape, ours))
    if _likeness(nearest, ours) < _LEAST_LIKENESS:
        return broken(name, "", f"is none of the exports that are known: its columns are {shown}", all_known())
    _refuse_missing(nearest, ours, columns, name)
    lacks = min((marks - ours for marks in nearest.marks), key=len)
    what = f"resembles {nearest.title} most, but has no column {_quoted(sorted(lacks))}"
    return broken(name, "", what, f"export it again: {nearest.command}")


def _share(shape: Shape, ours: set[str]) -> float:
    return max(len(marks & ours) / len(marks) for marks in shape.marks) * 0.99


def _likeness(shape: Shape, ours: set[str]) -> float:
    return sum(1 / _HAVING[column] for column in (shape.known & ours) - _ANYBODYS)


def _refuse_missing(shape: Shape, ours: set[str], columns: tuple[str, ...], name: str) -> None:
    missing = next((choice[0] for choice in shape.needs if not ours & set(choice)), None)
    if missing is None:
        return
    what = f"looks like {shape.title}, but has no column {_quoted([missing])}"
    if shape.name == "cas_mailboxes" and missing == _SWITCH:
        raise broken(name, "", what, f"no property set of Get-EXOCasMailbox has it; export with {shape.command}")
    meant = near_miss(missing, [one for one in columns if squash(one) not in shape.known])
    it = f'"{meant}"' if meant else "another"
    way_out = f"if {it} is it, say --column '{meant or 'THEIRS'}={written(missing)}'"
    raise broken(name, "", what, f"{way_out}; or export it again: {shape.command}")


def _quoted(columns: Iterable[str]) -> str:
    return ", ".join(f'"{written(one)}"' for one in columns)
