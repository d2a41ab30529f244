"""The macro language of SPF (RFC 7208 §7): parsed once, expanded for a message.

Law of this module: parsing raises MacroError and nothing else; expansion never raises.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

_EXPAND: Final = re.compile(r"%(?:\{([A-Za-z])(\d*)(r?)([.\-+,/_=]*)\}|([%_\-]))", re.IGNORECASE)
_LETTERS: Final = frozenset("slodiphv")
_EXPLANATION_LETTERS: Final = frozenset("crt")
_LITERALS: Final = {"%": "%", "_": " ", "-": "%20"}
# RFC 7208 §7.1: a domain-spec ends in a label that no number can be taken for, or in a macro.
_DOMAIN_END: Final = re.compile(
    r"\.(?:[A-Za-z0-9]*[A-Za-z][A-Za-z0-9]*|[A-Za-z0-9]+-[A-Za-z0-9\-]*[A-Za-z0-9])\.?", re.ASCII
)
_LONGEST_NAME: Final = 253  # RFC 7208 §7.3

Values = Callable[[str], str]
"""Gives the value of a macro letter, in lower case."""


class MacroError(ValueError):
    """A macro string that breaks the grammar."""


@dataclass(frozen=True, slots=True)
class Macro:
    """``%{letter digits r delimiters}``: keep the ``rightmost`` parts (None: all) after an optional reversal."""

    letter: str
    rightmost: int | None = None
    reversed: bool = False
    delimiters: str = "."
    escaped: bool = False

    def expand(self, values: Values) -> str:
        """Give the text that stands for this macro."""
        value = values(self.letter)
        if self.rightmost is not None or self.reversed or self.delimiters != ".":
            parts = re.split(f"[{re.escape(self.delimiters)}]", value)
            if self.reversed:
                parts.reverse()
            value = ".".join(parts[-self.rightmost :] if self.rightmost else parts)
        return quote(value, safe="", errors="replace") if self.escaped else value


@dataclass(frozen=True, slots=True)
class MacroString:
    """A parsed macro string: literal texts and macros in order."""

    parts: tuple[str | Macro, ...]

    def expand(self, values: Values) -> str:
        """Give the text with every macro replaced."""
        return "".join(part if isinstance(part, str) else part.expand(values) for part in self.parts)

    def expand_name(self, values: Values) -> str:
        """Expand to a domain name, which loses labels on the left until it is no longer than DNS allows."""
        name = self.expand(values).removesuffix(".")
        while len(name) > _LONGEST_NAME and "." in name:
            name = name.partition(".")[2]
        return name


def parse_macro_string(text: str, *, explains: bool = False) -> MacroString:
    """Read a macro string; an explanation may hold spaces and three more letters (§7.2)."""
    letters = _LETTERS | _EXPLANATION_LETTERS if explains else _LETTERS
    parts: list[str | Macro] = []
    literal = ""
    position = 0
    while position < len(text):
        character = text[position]
        if character == "%":
            found = _EXPAND.match(text, position)
            if found is None:
                raise MacroError(f"{text[position : position + 8]!r} is not a macro")
            position = found.end()
            if found[5] is not None:
                # A literal that a macro wrote: it ends a domain-spec as any macro does.
                parts.extend(filter(None, [literal]))
                parts.append(_LITERALS[found[5]])
                literal = ""
                continue
            parts.extend(filter(None, [literal]))
            literal = ""
            parts.append(_macro(found, letters))
            continue
        if not ("\x21" <= character <= "\x7e" or (explains and character == " ")):
            raise MacroError(f"{character!r} may not stand in a macro string")
        literal += character
        position += 1
    parts.extend(filter(None, [literal]))
    return MacroString(tuple(parts))


def parse_domain_spec(text: str) -> MacroString:
    """Read a domain-spec: a macro string that ends in a top label or in a macro (RFC 7208 §7.1)."""
    parsed = parse_macro_string(text)
    ends_in_macro = re.search(r"%(?:\{[^}]*\}|[%_\-])\Z", text) is not None
    tail = parsed.parts[-1] if parsed.parts else ""
    if ends_in_macro:
        return parsed
    if not isinstance(tail, str) or re.search(rf"(?:{_DOMAIN_END.pattern})\Z", tail, re.ASCII) is None:
        raise MacroError(f"{text!r} does not end in a domain name")
    return parsed


def _macro(found: re.Match[str], letters: frozenset[str]) -> Macro:
    letter, digits, backwards, delimiters = found[1], found[2], found[3], found[4]
    if letter.lower() not in letters:
        raise MacroError(f"%{{{letter}}} is no macro here")
    if digits and int(digits[:4]) == 0:
        raise MacroError(f"{found[0]} keeps no part")
    return Macro(
        letter=letter.lower(),
        rightmost=min(int(digits[:4]), 128) if digits else None,
        reversed=bool(backwards),
        delimiters=delimiters or ".",
        escaped=letter.isupper(),
    )
