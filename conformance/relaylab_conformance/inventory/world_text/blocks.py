"""A world file taken apart: a block a table, a statement a key, and every line that is neither kept as it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import tomli

_MARKS: Final = re.compile(r"""[#"'\[\]{}]""")  # what means something outside a string
_ENDS: Final = re.compile(r"""[\\"']""")  # and inside one
_TRIPLES: Final = ('"""', "'''")
UNKNOWN: Final = "# unknown: "
SEEN: Final = "# seen: "
NOT_OURS: Final = "# not ours: "  # a person's, in place of a sender: what stood behind its "evidence: "
FORGED: Final = "Direct Send, or somebody who forges"  # begins the question that comes before all others


@dataclass(slots=True, eq=False)
class Statement:
    """Some lines of a block, their ends included; ``key`` is empty where they set nothing."""

    text: str
    key: str = ""
    value: Any = None
    comment: str = ""

    @property
    def further_lines(self) -> int:
        """How many lines it takes behind its first one."""
        return self.text.rstrip("\n").count("\n")

    @property
    def is_ours(self) -> bool:
        """Whether it is a comment that import writes."""
        return self.text.lstrip().startswith((UNKNOWN, SEEN))


@dataclass(slots=True, eq=False)
class Block:
    """A table: ``path`` is its header taken apart, () what stands before the first; ``header`` its line."""

    path: tuple[str, ...]
    header: str
    statements: list[Statement] = field(default_factory=list)

    def statement(self, key: str) -> Statement | None:
        """Give the statement that sets a key."""
        return next((one for one in self.statements if one.key == key), None)

    def value(self, key: str) -> Any:  # noqa: ANN401 - as the file has it
        """Give the value of a key; None where it is not set."""
        found = self.statement(key)
        return None if found is None else found.value

    @property
    def called(self) -> str:
        """What tells it from others of its kind; empty where nothing does."""
        return str(next(filter(None, map(self.value, ("name", "address", "domain"))), ""))

    @property
    def comment(self) -> str:
        """What stands behind the header."""
        return _Scanner().feed(self.header).lstrip("#").strip()

    @property
    def indent(self) -> str:
        """The white space before the header."""
        return self.header[: len(self.header) - len(self.header.lstrip())]

    def end_of_body(self) -> int:
        """Give the place behind the last key or comment of import's: what follows belongs to the next table."""
        last = [place for place, one in enumerate(self.statements) if one.key or one.is_ours]
        return last[-1] + 1 if last else 0

    def text(self) -> str:
        """Write the block as it stands."""
        return self.header + "".join(one.text for one in self.statements)


def split(text: str) -> list[Block]:
    """Take a TOML text apart, which must be valid; the texts of the blocks, one behind the other, are the text."""
    blocks = [Block((), "")]
    for lines, is_header in _pieces(text):
        if is_header:
            blocks.append(Block(_path(lines), lines))
        else:
            blocks[-1].statements.append(_statement(lines))
    return blocks


def numbered(blocks: Iterable[Block]) -> Iterator[tuple[int, Block, Statement]]:
    """Give every statement with its block and the line that it begins on, counted from 1."""
    line = 1
    for block in blocks:
        line += block.header.count("\n")
        for one in block.statements:
            yield line, block, one
            line += one.text.count("\n")


def _path(line: str) -> tuple[str, ...]:
    steps: list[str] = []
    node: Any = tomli.loads(line.strip())
    while node:
        node = node[0] if isinstance(node, list) else node
        if not node:
            break
        (step,) = node
        steps.append(step)
        node = node[step]
    return tuple(steps)


def _statement(lines: str) -> Statement:
    bare = lines.strip()
    if not bare or bare.startswith("#"):
        return Statement(lines)
    ((key, value),) = tomli.loads(lines.lstrip()).items()
    return Statement(lines, key, value, _comment(lines))


def _comment(lines: str) -> str:
    """Give the comment at the end of a statement."""
    last = _lines(lines.rstrip("\r\n"))[-1]
    state = _Scanner()
    if (start := lines.rfind(last)) > 0:
        state.feed(lines[:start])
    return state.feed(last)


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Give headers, statements, comments and blank lines, each with its line end."""
    state = _Scanner()
    held = ""
    for line in _lines(text):
        if not held and line.lstrip().startswith("["):
            yield line, True
            continue
        held += line
        state.feed(line)
        if state.is_done:
            yield held, False
            held = ""
    if held:
        yield held, False


def _lines(text: str) -> list[str]:
    """Give lines with their ends; only LF ends one, since strings and comments may hold other line ends of Unicode."""
    return [line for line in re.split(r"(?<=\n)", text) if line]


class _Scanner:
    """Follows strings and brackets, so that it is known where a statement ends."""

    def __init__(self) -> None:
        self._quote = ""
        self._depth = 0

    @property
    def is_done(self) -> bool:
        """Whether nothing is open."""
        return not self._quote and not self._depth

    def feed(self, text: str) -> str:
        """Read on; give the comment of the last line, if it has one."""
        comment = ""
        place = 0
        while place < len(text):
            place, said = self._step(text, place)
            comment = said or comment
        if self._quote and self._quote not in _TRIPLES:
            self._quote = ""  # a string on one line does not outlive it
        return comment

    def _step(self, text: str, place: int) -> tuple[int, str]:
        if self._quote:
            return self._in_string(text, place), ""
        mark = text[place]
        if mark == "#":
            end = text.find("\n", place)
            end = len(text) if end < 0 else end
            return end, text[place:end].rstrip("\r")
        if mark in "\"'":
            self._quote = text[place : place + 3] if text[place : place + 3] in _TRIPLES else mark
            return place + len(self._quote), ""
        self._depth += (mark in "[{") - (mark in "]}")
        ahead = _MARKS.search(text, place + 1)
        return (ahead.start() if ahead else len(text)), ""

    def _in_string(self, text: str, place: int) -> int:
        if self._quote.startswith('"') and text[place] == "\\":
            return place + 2
        if text.startswith(self._quote, place):
            quote, self._quote = self._quote, ""
            place += len(quote)
            while len(quote) == 3 and text.startswith(quote[0], place):  # up to two quotes may stand before the end
                place += 1
            return place
        ahead = _ENDS.search(text, place + 1)
        return ahead.start() if ahead else len(text)
