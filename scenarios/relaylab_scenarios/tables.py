"""Reads a table of TOML into a frozen dataclass, and collects every complaint instead of stopping at the first.

A complaint says where, what stands there, what was expected and, where a word is nearly right, which one was meant.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date
from difflib import get_close_matches
from enum import Enum
from string import Formatter
from types import NoneType
from typing import Final, TypeVar, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")

_PLAIN: Final[Mapping[type, str]] = {str: "a text", bool: "true or false", int: "a whole number", date: "a date"}


class _Unread:
    """Stands for a value that could not be read; the complaint is in the list."""


UNREAD: Final = _Unread()


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong in a file, and the way out."""

    where: str
    what: str

    def __str__(self) -> str:
        """Give one line for a person."""
        return f"{self.where}: {self.what}"


class Reader:
    """Reads values of one file; ``complaints`` has everything that was wrong, in the order of the file."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.complaints: list[Complaint] = []

    def complain(self, key: str, what: str) -> _Unread:
        """Note one complaint."""
        self.complaints.append(Complaint(f"{self._file}: {key}", what))
        return UNREAD

    def table(self, kind: type[T], value: object, key: str) -> T | _Unread:
        """Read a table into a dataclass; unknown and missing keys are complaints."""
        if not isinstance(value, Mapping):
            return self.complain(key, f"{shown(value)} is not a table")
        wanted = {each.name: each for each in fields(cast("type", kind))}
        for name in value:
            if name not in wanted:
                self.complain(f"{key}.{name}", f"no such key{did_you_mean(name, wanted)}")
        hints = get_type_hints(kind)
        read = {name: self._field(wanted[name], hints[name], value, f"{key}.{name}") for name in wanted}
        if any(each is UNREAD for each in read.values()):
            return UNREAD
        return kind(**read)

    def _field(self, wanted: "Field[object]", hint: object, table: Mapping[str, object], key: str) -> object:
        if wanted.name in table:
            return self._value(hint, table[wanted.name], key, wanted.metadata.get("blanks"))
        if wanted.default is not MISSING:
            return wanted.default
        return self.complain(key, f"missing; expected {expectation(hint)}")

    def _value(self, hint: object, value: object, key: str, blanks: frozenset[str] | None = None) -> object:
        hint = _without_none(hint)
        if get_origin(hint) in (tuple, frozenset):
            return self._array(hint, value, key, blanks)
        if isinstance(hint, type) and is_dataclass(hint):
            return self.table(hint, value, key)
        if isinstance(hint, type) and issubclass(hint, Enum):
            return self._word(hint, value, key)
        if type(value) is not hint:
            return self.complain(key, f"{shown(value)} is not {expectation(hint)}")
        if blanks is not None and isinstance(value, str):
            return self._template(value, key, blanks)
        return value

    def _array(self, hint: object, value: object, key: str, blanks: frozenset[str] | None) -> object:
        if not isinstance(value, list):
            return self.complain(key, f"{shown(value)} is not {expectation(hint)}")
        item = get_args(hint)[0]
        read = [self._value(item, each, f"{key}[{index}]", blanks) for index, each in enumerate(value)]
        if any(each is UNREAD for each in read):
            return UNREAD
        return tuple(read) if get_origin(hint) is tuple else frozenset(read)

    def _word(self, kind: type[Enum], value: object, key: str) -> object:
        for member in kind:
            if member.value == value:
                return member
        words = [str(member.value) for member in kind]
        return self.complain(key, f"{shown(value)} is not one of {', '.join(words)}{did_you_mean(value, words)}")

    def _template(self, text: str, key: str, blanks: frozenset[str]) -> object:
        try:
            used = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
        except ValueError as trouble:
            return self.complain(key, f"{shown(text)}: {trouble}; write a brace itself as {{{{ or }}}}")
        for name in sorted(used - blanks):
            allowed = ", ".join(f"{{{blank}}}" for blank in sorted(blanks))
            return self.complain(key, f"{{{name}}} is not one of {allowed}{did_you_mean(name, blanks)}")
        return text


def did_you_mean(word: object, words: Iterable[str]) -> str:
    """End a complaint with the nearest right word, if one is near."""
    near = get_close_matches(word, list(words), n=1) if isinstance(word, str) else []
    return f'; did you mean "{near[0]}"?' if near else ""


def shown(value: object) -> str:
    """Show a value the way TOML writes it, shortened."""
    text = f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def expectation(hint: object) -> str:
    """Say what a field takes."""
    hint = _without_none(hint)
    if get_origin(hint) in (tuple, frozenset):
        return f"an array, each item {expectation(get_args(hint)[0])}"
    if isinstance(hint, type) and issubclass(hint, Enum):
        return f"one of {', '.join(str(member.value) for member in hint)}"
    return _PLAIN.get(cast("type", hint), "a table")


def _without_none(hint: object) -> object:
    parts: Sequence[object] = [part for part in get_args(hint) if part is not NoneType]
    return parts[0] if NoneType in get_args(hint) else hint
