"""An explanation, and what is said when there is none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from relaylab.domain.source import Source
from relaylab.rules.blanks import in_words

_LONGEST: Final = 200  # characters of a reply in an explanation
_ARROW: Final = " -> "  # of a line that ``relaylab serve`` prints: what came, what was said, and why in brackets
_WHY: Final = re.compile(r"\s+\[[^\[\]]*\]\Z")


class UnknownError(Exception):
    """Nothing fits what was asked about; the message ends with near misses or another way out."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What was asked about, explained: for a person, and as a JSON value."""

    text: str
    document: Mapping[str, object]


def said_on(line: str) -> str:
    """Give what was said, of a whole line of the log that ``relaylab serve`` prints; any other text as it is."""
    return _WHY.sub("", line.rpartition(_ARROW)[2]) if _ARROW in line else line


def cited(source: Source) -> str:
    """Write a citation, its address on a line of its own."""
    date = f", {source.date}" if source.date and source.date not in source.title else ""
    return "\n".join(filter(None, (f"{source.title}{date} ({source.confidence}, {source.fact})", source.url)))


def entry(word: str, text: str) -> str:
    """Write one line of an explanation; further lines stand under the first."""
    first, *rest = text.split("\n")
    return "\n".join([f"  {word:<9} {first}", *(f"{'':<12}{line}" for line in rest)])


def cut(line: str) -> str:
    """Give the first line of a reply, its blanks in words, not all of it where it is very long."""
    first = in_words(line).split("\n", 1)[0]
    return first if len(first) <= _LONGEST else f"{first[: _LONGEST - 3]}..."
