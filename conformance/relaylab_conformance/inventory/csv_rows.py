"""Rows of a CSV export, one at a time: ``Export-Csv`` with and without its type line, the portals' downloads, Excel's.

A row is numbered as a spreadsheet shows it, the headings included. Law: one row is held at a time.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import IO, Final

from relaylab_conformance.inventory.origin import ExportError, broken
from relaylab_conformance.inventory.text import lines

_DELIMITERS: Final = (",", ";", "\t", "|")
_TYPE_LINE: Final = re.compile(r'"?#TYPE\s+(?P<type>[^"\r\n]*)"?', re.IGNORECASE)
_SEP_LINE: Final = re.compile(r'"?sep=(?P<delimiter>.)"?\s*', re.IGNORECASE)
_QUOTED: Final = re.compile(r'"(?:[^"]|"")*"')
_LONGEST_CELL: Final = 128 * 1024  # characters; a longer one is a quote that nobody closed
_CUT_OFF: Final = "the file is cut off: export it again"


@dataclass(frozen=True, slots=True)
class Heading:
    """The headings as written, in order, and the row they stand in."""

    columns: tuple[str, ...]
    row: int


@dataclass(frozen=True, slots=True)
class Cells:
    """One row: its number, and its cells by heading; of two columns of one name the first counts."""

    row: int
    by_heading: Mapping[str, str]


class CsvFile:
    """An opened CSV: ``heading`` first, then ``rows``."""

    def __init__(self, text: IO[str], name: str) -> None:
        """Read as far as the headings; raise ExportError when there are none."""
        self._name = name
        self._row = 0
        self._delimiter = ""
        self._last_line = ""
        self._lines = self._remembered(lines(text, name))
        first = self._first_line()
        self._delimiter = self._delimiter or _delimiter_of(first)
        csv.field_size_limit(_LONGEST_CELL)
        self._reader = csv.reader(chain([first], self._lines), delimiter=self._delimiter, strict=True)
        cells = self._next() or []
        self.heading = Heading(tuple(cell.strip().lstrip("\ufeff") for cell in cells), self._row)

    def rows(self) -> Iterator[Cells]:
        """Give every row that is not blank; raise ExportError for one that has too few or too many cells."""
        columns = self.heading.columns
        while (cells := self._next()) is not None:
            if not any(cells):
                continue
            if len(cells) != len(columns):
                self._refuse_length(cells)
            by_heading: dict[str, str] = {}
            for column, cell in zip(columns, cells, strict=False):
                by_heading.setdefault(column, cell)
            if self._last_line.endswith(self._delimiter):  # and no line end behind it
                raise broken(self._name, f"row {self._row}", "ends behind a separator, without a line end", _CUT_OFF)
            yield Cells(self._row, by_heading)

    def _remembered(self, source: Iterator[str]) -> Iterator[str]:
        for line in source:
            self._last_line = line
            yield line

    def _first_line(self) -> str:
        """Skip blank lines, the type line and Excel's separator line."""
        for line in self._lines:
            self._row += 1
            if said := _SEP_LINE.fullmatch(line):
                self._delimiter = said["delimiter"]
            elif line.strip(" \r\n,;\t") and not _TYPE_LINE.match(line):
                self._row -= 1  # it is counted when it is read as the headings
                return line
        raise broken(self._name, "", "has no headings", "export it again: an empty result has no columns")

    def _next(self) -> list[str] | None:
        self._row += 1
        try:
            return next(self._reader, None)
        except csv.Error as error:
            raise self._said(str(error)) from None

    def _said(self, message: str) -> ExportError:
        where = f"row {self._row}"
        if "unexpected end of data" in message:
            return broken(self._name, where, "ends inside a quoted cell", _CUT_OFF)
        if "field larger than" in message:
            what = f"has a cell of more than {_LONGEST_CELL // 1024} thousand characters, or a quote that is not closed"
            return broken(self._name, where, what, "export it again")
        if "expected after" in message:
            way_out = "a quote inside a cell is written twice: export it again rather than mend it by hand"
            return broken(self._name, where, "has a quote in the middle of a cell", way_out)
        return broken(self._name, where, f"is not CSV ({message})", "export it again")

    def _refuse_length(self, cells: list[str]) -> None:
        columns, where = self.heading.columns, f"row {self._row}"
        has, wants = len(cells), len(columns)
        if has < wants and next(self._lines, None) is None:
            missing = columns[has]
            raise broken(self._name, where, f'ends before the column "{missing}" ({letter(has)})', _CUT_OFF)
        what = f"has {has} cells where the headings name {wants} columns"
        way_out = "a cell that holds the separator must be quoted: export it again rather than mend it by hand"
        raise broken(self._name, where, what, way_out)


def letter(index: int) -> str:
    """Name a column as a spreadsheet does: 0 is A, 26 is AA."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(ord("A") + rest) + text
    return f"column {text}"


def _delimiter_of(line: str) -> str:
    """Take what stands most often between the headings, outside quotes."""
    bare = _QUOTED.sub("", line)
    return max(_DELIMITERS, key=bare.count)
