"""Where an imported value came from, and what is said of an export that cannot be used.

Law: whoever raises an ExportError names file, place and way out, and the way out is the command that exports it right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from relaylab.app.config import Problem


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """A place in an export: ``row`` as a spreadsheet counts, or the number of a ``record`` in JSON; 0 is the whole."""

    file: str
    row: int = 0
    kind: str = "row"

    def __str__(self) -> str:
        """Write the place for a person."""
        return f"{self.file} {self.where}".rstrip()

    @property
    def where(self) -> str:
        """The place inside the file."""
        return f"{self.kind} {self.row}" if self.row else ""


NOWHERE: Final = Origin("")  # of what no export says


class ExportError(Exception):
    """Exports that cannot be imported, with everything that is wrong with them."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        """Write one problem a line."""
        return "\n".join(map(str, self.problems))


def broken(file: str, where: str, expectation: str, suggestion: str, value: str | None = None) -> ExportError:
    """Make the error of one problem."""
    return ExportError(Problem(file, where, value, expectation, suggestion))
