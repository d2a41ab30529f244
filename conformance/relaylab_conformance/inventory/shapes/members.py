"""Lists of people in a property: addresses are taken, names are left out and said, since the world knows addresses."""

from __future__ import annotations

from typing import Final

from relaylab_conformance.inventory import cells
from relaylab_conformance.inventory.by_grammar import Taken
from relaylab_conformance.inventory.found import Findings, NoteKind
from relaylab_conformance.inventory.rows import Row
from relaylab_conformance.inventory.shapes.addresses import address

_WAY_OUT: Final = "write the addresses into the world file"


def addresses_of(row: Row, found: Findings, taken: Taken, key: str, names: tuple[str, ...]) -> None:
    """Read a list of addresses into ``taken``; a list that is lost, or of names, is said."""
    column = row.has(*names)
    if column is None or cells.is_nothing(row.cells[column]):
        return
    try:
        written = cells.texts(row.cells[column])
    except cells.LostError:
        taken.lost[key] = row.columns[column]
        return
    except cells.CellError as error:
        raise row.wrong(column, error.expectation, error.suggestion) from None
    known: list[str] = []
    for one in written:
        try:
            known.append(str(address(one)))
        except cells.CellError:
            what = "holds a name where the world needs an address"
            found.note(NoteKind.LEFT_OUT, row.origin, row.columns[column], what, _WAY_OUT)
    if known:
        taken.values[key] = list(dict.fromkeys(known))
