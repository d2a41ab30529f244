"""What an export looks like, so that it is known by its columns and not by the name of its file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from relaylab_conformance.inventory.found import Findings
from relaylab_conformance.inventory.rows import Row


@dataclass(frozen=True, slots=True)
class Shape:
    """One export: ``title`` names it for a person, ``command`` exports it right, ``asks`` what it is for.

    ``marks`` are sets of squashed columns: a file that has all of one set is such an export. Of ``needs`` each is a
    choice of columns, of which one must be there. ``read`` takes in one row. ``also`` are columns that such a file has
    as well: they tell what one resembles that lacks a mark.
    """

    name: str
    title: str
    command: str
    asks: str
    marks: tuple[frozenset[str], ...]
    needs: tuple[tuple[str, ...], ...]
    read: Callable[[Row, Findings], None]
    also: frozenset[str] = frozenset()

    @property
    def known(self) -> frozenset[str]:
        """Every column by which it is known, or told from others."""
        return self.also.union(*self.marks, *self.needs)

    @property
    def ask(self) -> str:
        """Say in a few words how to get it, for a comment."""
        return f"export {self.title} (relaylab import --script)"


def columns(*names: str) -> frozenset[str]:
    """Write a set of squashed columns."""
    return frozenset(names)
