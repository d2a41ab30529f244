"""Text that becomes an argument of a line to paste into PowerShell.

Law: whatever a name holds, it stays a name. In double quotes PowerShell runs ``$(...)``; in single quotes it runs
nothing, and there it takes the typographic quotes for the plain one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import groupby
from typing import Final

_PLAIN: Final = re.compile(
    r"[A-Za-z][A-Za-z0-9._-]*(@[A-Za-z0-9.-]+)?|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|\d+(\.\d+){3}"
)
_BLANK: Final = re.compile(r'((?:(?<!\S)-[A-Z]\w*|\b[A-Z][a-z]+-[A-Z]\w+) )("?)\{(\w+)\}\2')
_QUOTES: Final = re.compile("(['\u2018\u2019\u201a\u201b])")


def quoted(text: str) -> str:
    """Write a text in single quotes; what cannot be printed is written by its number, so that it stays one line."""
    if text.isprintable():
        return "'" + _QUOTES.sub(r"\1\1", text) + "'"
    pieces = ("".join(run) for _, run in groupby(text, str.isprintable))
    # A text comes first, so that what is added to it is text and not a sum.
    return "(" + " + ".join(("''", *(quoted(one) if one.isprintable() else _by_number(one) for one in pieces))) + ")"


def argument(text: object) -> str:
    """Write an address, an id or a word as it is where PowerShell reads nothing into it, and quoted otherwise."""
    written = str(text)
    return written if _PLAIN.fullmatch(written) else quoted(written)


def filled(text: str, words: Mapping[str, str]) -> str:
    """Fill the blanks of a text that holds lines to run: one that stands behind a cmdlet or a parameter is an argument.

    Where the text has it in quotes, it is quoted whatever it is.
    """
    return _marked(text).format_map({key: _Word(word) for key, word in words.items()})


@lru_cache
def _marked(text: str) -> str:
    """Write behind every blank that is an argument that it is one."""
    return _BLANK.sub(lambda found: f"{found[1]}{{{found[3]}:{'quoted' if found[2] else 'argument'}}}", text)


class _Word(str):
    """A word for a blank, which knows how it is written as an argument."""

    __slots__ = ()

    def __format__(self, wanted: str) -> str:
        match wanted:
            case "argument":
                return argument(self)
            case "quoted":
                return quoted(str(self))
            case _:
                return super().__format__(wanted)


def _by_number(text: str) -> str:
    return " + ".join(f"[char]{ord(each)}" for each in text)
