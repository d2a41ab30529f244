"""Replies in another form: octets of a reply in, octets of another out. Pure, and blind to who said it and why.

Law: a reply stays a reply of RFC 5321 §4.2; its first digit, and for 334 and 354 the whole code, never change.
"""

from __future__ import annotations

import re
from typing import Final

from relaylab.rules import replies

_ENHANCED: Final = re.compile(r"^[245]\.\d{1,3}\.\d{1,3} ")
_FIRST_WORD: Final = re.compile(r"^\S+ ")
_ODD: Final = {"2": "259", "4": "439", "5": "577"}
_FILLER: Final = "all work and no play makes a long reply "


def in_lower_case(data: bytes) -> bytes:
    """Write everything in lower case."""
    return data.lower()


def with_lines(data: bytes, lines: int) -> bytes:
    """Write a reply with at least so many lines; each new one has the enhanced code of the line before."""
    said = _taken_apart(data)
    code, text = said[-1]
    enhanced = _ENHANCED.match(text)
    more = (code, f"{enhanced[0] if enhanced else ''}{replies.ONE_LINE_MORE}")
    return _put_together([*said, *[more] * max(0, lines - len(said))])


def with_octets(data: bytes, octets: int) -> bytes:
    """Make the last line so many octets long, its CRLF counted (RFC 5321 §4.5.3.1.5)."""
    said = _taken_apart(data)
    code, text = said[-1]
    missing = octets - len(f"{code} {text} \r\n".encode())
    filler = (_FILLER * (missing // len(_FILLER) + 1))[:missing] if missing > 0 else ""
    return _put_together([*said[:-1], (code, f"{text} {filler}" if filler else text)])


def with_odd_code(data: bytes) -> bytes:
    """Change the second and third digit."""
    return _put_together([(_ODD.get(code[0], code), text) for code, text in _taken_apart(data)])


def in_other_words(data: bytes) -> bytes:
    """Say something else with the same codes; the name of who greets stays, and so do challenges."""

    def reword(code: str, text: str) -> str:
        if code == "334":
            return text
        kept = _ENHANCED.match(text) or (_FIRST_WORD.match(text) if code == "220" else None)
        return (kept[0] if kept else "") + replies.REWORDED[code[0]]

    return _put_together([(code, reword(code, text)) for code, text in _taken_apart(data)])


def without_enhanced_codes(data: bytes) -> bytes:
    """Leave the enhanced codes out."""
    return _put_together([(code, _ENHANCED.sub("", text)) for code, text in _taken_apart(data)])


def with_other_prompts(data: bytes) -> bytes:
    """Ask for user name and password in other letters."""
    return _put_together([(code, replies.REWORDED_PROMPTS.get(text, text)) for code, text in _taken_apart(data)])


def has_enhanced_code(data: bytes) -> bool:
    """Tell whether there is an enhanced code to leave out."""
    return any(_ENHANCED.match(text) for _, text in _taken_apart(data))


def _taken_apart(data: bytes) -> list[tuple[str, str]]:
    """Give code and text of each line."""
    lines = data.decode("utf-8", "surrogateescape").removesuffix("\r\n").split("\r\n")
    return [(line[:3], line[4:]) for line in lines]


def _put_together(said: list[tuple[str, str]]) -> bytes:
    """Write lines of one reply, or of more than one where the code changes."""
    following = [code for code, _ in said[1:]] + [""]
    lines = (
        f"{code}{'-' if code == after else ' '}{text}\r\n" for (code, text), after in zip(said, following, strict=True)
    )
    return "".join(lines).encode("utf-8", "surrogateescape")
