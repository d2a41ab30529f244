"""A table for people: columns as wide as they need to be, and text that wraps inside its column.

Where the columns do not fit beside each other, as on a phone, each row is set as a list under its first cell.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

_GAP: Final = "  "
_NARROWEST: Final = 12
_INDENT: Final = "  "


@dataclass(frozen=True, slots=True)
class Column:
    """A heading; ``wraps`` says that its text may be broken to fit."""

    heading: str
    wraps: bool = False


def table(columns: Sequence[Column], rows: Sequence[Sequence[str]], fit: int) -> str:
    """Set a table; a cell's own line ends are kept."""
    widths = _widths(columns, rows, fit)
    if sum(widths) + len(_GAP) * (len(widths) - 1) > fit:
        return "\n".join(line for row in rows for line in _listed(columns, row, fit))
    headings = [column.heading.upper() for column in columns]
    return "\n".join(line for row in (headings, *rows) for line in _lines(row, widths))


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[str]], fit: int) -> list[int]:
    widths = [
        max(len(line) for text in texts for line in text.split("\n"))
        for texts in zip(*([column.heading for column in columns], *rows), strict=True)
    ]
    flexible = [place for place, column in enumerate(columns) if column.wraps]
    while sum(widths) + len(_GAP) * (len(widths) - 1) > fit:
        widest = max(flexible, key=lambda place: widths[place], default=None)
        if widest is None or widths[widest] <= _NARROWEST:
            break
        widths[widest] -= 1
    return widths


def _lines(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    cells = [
        [part for line in text.split("\n") for part in textwrap.wrap(line, width) or [""]]
        for text, width in zip(row, widths, strict=True)
    ]
    for parts in zip_longest(*cells, fillvalue=""):
        yield _GAP.join(part.ljust(width) for part, width in zip(parts, widths, strict=True)).rstrip()


def _listed(columns: Sequence[Column], row: Sequence[str], fit: int) -> Iterator[str]:
    """Set a row as a list; one whose first cell is empty goes on under the row before."""
    name, *cells = row
    if name:
        yield name
    for column, text in zip(columns[1:], cells, strict=True):
        first, *more = text.split("\n")
        if text:
            yield from _paragraph(f"{column.heading}: {first}" if column.heading else first, _INDENT, fit)
        for line in more:
            yield from _paragraph(line, 2 * _INDENT, fit)


def _paragraph(text: str, indent: str, fit: int) -> list[str]:
    """Wrap a text, and leave whole what may be copied: a rule's name, a cmdlet, a URL."""
    return textwrap.wrap(
        text,
        max(fit, _NARROWEST),
        initial_indent=indent,
        subsequent_indent=2 * _INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )
