"""A page taken apart: its blocks of code in order, each with what a comment before it says about running it.

Comments, which no reader sees, stand directly before a block:

    <!-- file: world.toml -->      the block is written to this file; with a text behind the name, that is the file
    <!-- append: world.toml -->    the block is written to the end of it
    <!-- keeps running -->         the command serves until the page is done
    <!-- prints -->                lines that the block before prints
    <!-- the server says -->       lines that the one started last prints, now or soon
    <!-- exit: 1 -->               what its commands end with, where that is not 0
    <!-- not run: the reason -->   it cannot be run here; the page must say so in sight
    <!-- not shown (commands) -->  run as if they stood there: what a reader's machine has and ours has not
    <!-- at the end (commands) --> run when the page is done, whatever came of it
    <!-- run by .ci/run -->        every line of it stands there
    <!-- each section by itself -->   at the top: what stands before the first section belongs to every one
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
SHELLS: Final = frozenset({"sh", "console"})
RUN: Final = SHELLS | {"python"}
PROGRAMS: Final = frozenset({"js", "php", "java", "csharp", "go", "ruby", "perl", "powershell"})
"""Languages that a reader takes for tried out; where one is not, the page says so."""

NOT_RUN: Final = "Not run by our tests"
_BY_SECTION: Final = "<!-- each section by itself -->"
_PIECE: Final = re.compile(
    r"^<!-- (?P<note>[^\n]*?)(?:\n(?P<hidden>.*?))? ?-->\n"
    r"|^(?P<indent> *)```(?P<language>[a-z]+)\n(?P<text>.*?)^(?P=indent)```$"
    r"|^## (?P<heading>[^\n]+)$",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code: ``note`` is the comment before it, ``line`` the number of its first line."""

    language: str
    text: str
    line: int
    note: str = ""

    @property
    def file(self) -> str | None:
        """The file that it is to be written to."""
        kind, _, name = self.note.partition(":")
        return name.strip() if kind in {"file", "append"} else None

    @property
    def is_appended(self) -> bool:
        """Whether it goes to the end of a file that is there."""
        return self.note.startswith("append:")

    @property
    def keeps_running(self) -> bool:
        """Whether its command serves until the page is done."""
        return self.note == "keeps running"

    @property
    def is_promise(self) -> bool:
        """Whether it shows what something prints."""
        return self.note == "prints" or self.is_of_the_server

    @property
    def is_of_the_server(self) -> bool:
        """Whether it shows what the server prints meanwhile."""
        return self.note == "the server says"

    @property
    def is_last(self) -> bool:
        """Whether it tidies up."""
        return self.note == "at the end"

    @property
    def is_run(self) -> bool:
        """Whether it is a program, or a dialogue with a shell, that is run here."""
        return self.language in RUN and not self.is_left_out and self.file is None

    @property
    def is_left_out(self) -> bool:
        """Whether the page has a reason not to run it."""
        return self.note.startswith("not run:") or self.is_run_by_ci

    @property
    def is_run_by_ci(self) -> bool:
        """Whether it is left to ``.ci/run``."""
        return self.note == "run by .ci/run"

    @property
    def ends_with(self) -> int:
        """The exit code of its last command."""
        return int(self.note.removeprefix("exit:")) if self.note.startswith("exit:") else 0


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with all that stands under it."""

    heading: str
    prose: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A page: ``opening`` is what stands before the first section."""

    path: Path
    opening: Section
    sections: tuple[Section, ...]
    by_section: bool

    @property
    def name(self) -> str:
        """Where it lies in the tree."""
        return self.path.relative_to(ROOT).as_posix()

    def parts(self) -> list[tuple[str, tuple[Block, ...]]]:
        """Give what is run together, with a name: the whole page, or each section behind the opening."""
        if not self.by_section:
            return [(self.name, tuple(block for one in (self.opening, *self.sections) for block in one.blocks))]
        return [(f"{self.name}: {one.heading}", self.opening.blocks + one.blocks) for one in self.sections]


def read(path: Path) -> Page:
    """Take a page apart."""
    text = path.read_text(encoding="utf-8")
    starts = [("", 0), *((match[1], match.start()) for match in _headings(text))]
    ends = [start for _, start in starts[1:]] + [len(text)]
    sections = [
        Section(heading, text[start:end], tuple(_blocks(text, start, end)))
        for (heading, start), end in zip(starts, ends, strict=True)
    ]
    return Page(path, sections[0], tuple(sections[1:]), _BY_SECTION in text)


def _headings(text: str) -> list[re.Match[str]]:
    """Find the headings of sections, not the comments of a shell or of TOML that look like one."""
    fences = [(match.start(), match.end()) for match in _PIECE.finditer(text) if match["language"]]
    found = re.finditer(r"^## ([^\n]+)$", text, re.MULTILINE)
    return [one for one in found if not any(start <= one.start() < end for start, end in fences)]


def _blocks(text: str, start: int, end: int) -> list[Block]:
    blocks: list[Block] = []
    note, note_ends = "", -1
    for piece in _PIECE.finditer(text, start, end):
        line = text.count("\n", 0, piece.start()) + 1
        if piece["hidden"] is not None:
            language = "text" if piece["note"].startswith("file:") else "sh"
            blocks.append(Block(language, piece["hidden"], line, piece["note"].strip()))
        elif piece["note"] is not None:
            note, note_ends = piece["note"].strip(), piece.end()
        elif piece["language"] is not None:
            told = note if not text[note_ends : piece.start()].strip() and note_ends >= 0 else ""
            body = re.sub(rf"^{piece['indent']}", "", piece["text"], flags=re.MULTILINE)
            blocks.append(Block(piece["language"], body, line, told))
            note, note_ends = "", -1
    return blocks


# Clients that keep what they have learnt of an authority need an emulator each: test_oauth.py runs that page's blocks.
_RUN_ELSEWHERE: Final = frozenset({"oauth.md"})


def pages() -> list[Page]:
    """Give the README and every page of the site that somebody wrote by hand, and that is run as a whole."""
    written = sorted(file for file in (ROOT / "docs").rglob("*.md") if file.parent.name != "errors")
    by_hand = [file for file in written if file.name not in _RUN_ELSEWHERE]
    return [read(file) for file in (ROOT / "README.md", *by_hand)]
