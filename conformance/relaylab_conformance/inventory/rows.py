"""A row or record of an export, whatever the file was: cells by the name of their column, and what is said of one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeVar

from relaylab.app.config import Problem
from relaylab.app.world_file.errors import shown
from relaylab_conformance.inventory.cells import CellError, LostError, is_nothing
from relaylab_conformance.inventory.columns import written
from relaylab_conformance.inventory.origin import ExportError, Origin

T = TypeVar("T")
_REMEMBERED: Final = 4096  # columns
_NOT_A_LETTER: Final = re.compile(r"[\W_]+")


@lru_cache(_REMEMBERED)
def squash(column: str) -> str:
    """Give what of a column's name counts: ``Sender address`` and ``SenderAddress`` are one, and so is any case."""
    return _NOT_A_LETTER.sub("", column.casefold())


@dataclass(frozen=True, slots=True)
class Row:
    """One row: ``cells`` by squashed column, ``columns`` the names as written, with the spreadsheet's letter in a CSV.

    ``command`` is what exports such a file right.
    """

    origin: Origin
    cells: Mapping[str, Any]
    columns: Mapping[str, str]
    command: str

    def has(self, *columns: str) -> str | None:
        """Give the first of these columns that the file has."""
        return next((column for column in columns if column in self.cells), None)

    def value(self, *columns: str) -> Any:  # noqa: ANN401 - as the file has it
        """Give the cell of the first of these columns that is there and says something; else None."""
        return next((self.cells[one] for one in columns if one in self.cells and not is_nothing(self.cells[one])), None)

    def read(self, kind: Callable[[object], T], *columns: str) -> T | None:
        """Read a cell; None for one that is empty or lost; raise ExportError for what it cannot be."""
        for column in columns:
            if column in self.cells and not is_nothing(self.cells[column]):
                try:
                    return kind(self.cells[column])
                except LostError:
                    return None
                except CellError as error:
                    raise self.wrong(column, error.expectation, error.suggestion) from None
        return None

    def needs(self, kind: Callable[[object], T], *columns: str) -> T:
        """Read a cell that must say something; raise ExportError for one that does not."""
        found = self.read(kind, *columns)
        if found is None:
            column = self.has(*columns) or columns[0]
            raise self.wrong(column, "is empty", f"a row without it says nothing; export again: {self.command}")
        return found

    def wrong(self, column: str, expectation: str, suggestion: str = "") -> ExportError:
        """Make the error about a cell: file, row, column, what stands there, and the way out."""
        value = self.cells.get(column)
        seen = shown(value) if isinstance(value, str | int | float) and value != "" else None
        where = ", ".join(part for part in (self.origin.where, self.columns.get(column, written(column))) if part)
        way_out = suggestion or f"export it again: {self.command}"
        return ExportError(Problem(self.origin.file, where, seen, expectation, way_out))
