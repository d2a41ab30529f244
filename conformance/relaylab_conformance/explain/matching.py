"""Finds the reply of the table that a pasted line is, whatever stands around it, and where it was cut short.

Logs quote replies in many ways: ``said: 550 5.7.30 Basic ...``, ``(535, b'5.7.139 Authentication ...')``, cut at 80
columns, with the trailer or without. What counts is the code before the text, where there is one, and the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from string import Formatter
from typing import TYPE_CHECKING, Final

from relaylab.rules.replies import REPLIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relaylab.domain.reply import ReplyTemplate

TELLING: Final = 20
"""Characters of a text that tell it from others, when it is cut short or stands without its code."""

_TELLING_WITH_CODES: Final = 5
_CODE: Final = re.compile(
    r"""(?<![\w.])([2-5]\d\d)(?![\w.])          # a reply code, no part of a longer word or an address
        (?:[\s,'"()\#-]|b(?=['"]))*             # what logs and programs put behind it
        (?:([245]\.\d{1,3}\.\d{1,3})(?!\d))?    # an enhanced code
        [\s,'"]*""",
    re.VERBOSE,
)
_TRAILER: Final = re.compile(r"\s\[.*")
_QUOTES: Final = " '\")]}"


@dataclass(frozen=True, slots=True)
class Said:
    """A code that stands in a text, the enhanced code behind it, and the words that follow."""

    code: int | None
    enhanced: str | None
    words: str


def said_in(pasted: str) -> list[Said]:
    """Give every place of a pasted text where a reply may begin; the text as a whole where no code stands."""
    text = " ".join(pasted.split())
    found = [Said(int(code[1]), code[2], text[code.end() :]) for code in _CODE.finditer(text)]
    return found or [Said(None, None, text)]


def best_match(places: list[Said]) -> ReplyTemplate | None:
    """Give the reply of which most is there."""
    scored = [(score, reply) for reply in REPLIES for said in places if (score := _score(reply, said)) is not None]
    return max(scored, key=lambda one: (one[0], -len(bare(one[1]))))[1] if scored else None  # of equals, the whole one


def bare(reply: ReplyTemplate) -> str:
    """Give the first line of a text without its blanks."""
    return "".join(words for words, _ in _pieces(reply))


def _score(reply: ReplyTemplate, said: Said) -> int | None:
    """Count the characters of a reply's own text that are there; None when it is another text."""
    if said.code is None:
        found = _whole(reply).search(said.words) if len(bare(reply)) >= TELLING else None
        return len(bare(reply)) if found else _cut_short(reply, said.words, TELLING)
    if said.code != int(reply.code) or (said.enhanced or str(reply.enhanced)) != str(reply.enhanced):
        return None
    if not bare(reply):
        return None if said.words else 0
    least = _TELLING_WITH_CODES if said.enhanced else TELLING
    return len(bare(reply)) if _whole(reply).match(said.words) else _cut_short(reply, said.words, least)


def _cut_short(reply: ReplyTemplate, words: str, least: int) -> int | None:
    """Count what is there of a text that ends before its time, its own words to the last, and at least so many."""
    left, seen = _TRAILER.sub("", words).rstrip(_QUOTES).removesuffix("...").casefold(), 0
    for literal, has_blank in _pieces(reply):
        expected = literal.casefold()
        if expected.startswith(left):
            seen += len(left)
            return seen if seen >= least else None
        if not left.startswith(expected):
            return None
        left, seen = left[len(expected) :], seen + len(expected)
        if has_blank:
            left = left[_end_of_blank(reply, literal, left) :]
    return None


def _end_of_blank(reply: ReplyTemplate, before: str, left: str) -> int:
    """Give where the words behind a blank begin: where the first of the next literal stands, else the end."""
    pieces = [literal for literal, _ in _pieces(reply)]
    following = pieces[pieces.index(before) + 1 : pieces.index(before) + 2]
    start = left.find(following[0][:4].casefold()) if following and following[0] else -1
    return start if start >= 0 else len(left)


@cache
def _whole(reply: ReplyTemplate) -> re.Pattern[str]:
    pattern = "".join(re.escape(literal) + (".+?" if has_blank else "") for literal, has_blank in _pieces(reply))
    return re.compile(pattern, re.IGNORECASE)


def _pieces(reply: ReplyTemplate) -> Iterator[tuple[str, bool]]:
    """Give the words of a text's first line, each with whether a blank follows."""
    first = reply.text.split("\n", 1)[0]
    return ((words, blank is not None) for words, blank, _, _ in Formatter().parse(first))
