"""Records of a JSON export, one at a time: a list, a Graph answer, one object, several documents, or ScubaGear's file.

Law: one record is held at a time, however long the list is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, Final

from relaylab_conformance.inventory.origin import ExportError, broken
from relaylab_conformance.inventory.text import PIECE

_SPACE: Final = re.compile(r"[ \t\r\n\ufeff]*")
_LARGEST: Final = 8 * 1024 * 1024  # characters of one value
_SHOWN: Final = 40  # characters of what stands where something else is expected
_CUT_OFF: Final = "the file is cut off: export it again (ConvertTo-Json -Depth 5, Set-Content -Encoding utf8)"
_SIGN_INS: Final = "signinlogs"  # how every category of sign-in ends that Azure Monitor writes
_LISTS: Final = frozenset({"value", "records"})  # under which Graph, the admin API and storage accounts put records


@dataclass(frozen=True, slots=True)
class Record:
    """A record and its number; ``list_name`` is the key of the list that holds it, "" where that says nothing."""

    number: int
    value: dict[str, Any]
    list_name: str = ""


@dataclass(frozen=True, slots=True)
class _Member:
    key: str
    value: Any
    in_list: bool


class JsonFile:
    """The records of a JSON text, decoded as they come.

    ``named_lists`` are the keys of the outermost object whose lists are wanted under their names; other lists of
    objects are passed over.
    """

    def __init__(self, text: IO[str], name: str, named_lists: frozenset[str]) -> None:
        self._text = text
        self._name = name
        self._named_lists = named_lists
        self._buffer = ""
        self._at = 0
        self._lines_before = 0  # the buffer
        self._is_all = False
        self._decode = json.JSONDecoder().raw_decode
        self._number = 0

    def records(self) -> Iterator[Record]:
        """Give every record of every document; raise ExportError where it is not JSON, or ends too soon."""
        while begins := self._peek():
            if begins == "[":
                for value in self._elements():
                    if value is not None:  # which PowerShell makes of a command that found nothing
                        yield self._record(value)
            elif begins == "{":
                yield from self._of_object()
            else:
                raise self._wrong("is not JSON", "a record begins with {, a list with [")

    def _of_object(self) -> Iterator[Record]:
        """Give the records in the lists of an object; where it has none, it is a record itself."""
        whole: dict[str, Any] = {}
        has_lists = False
        for member in self._members():
            if member.key in self._named_lists:
                has_lists = True
                if member.value and isinstance(member.value, dict):  # not what a command left that failed or found none
                    yield self._record(member.value, member.key)
            elif member.in_list and member.key in _LISTS and isinstance(member.value, dict):
                has_lists = True
                yield self._record(member.value)
            elif not member.in_list:
                whole[member.key] = member.value
            elif not isinstance(member.value, dict):
                whole.setdefault(member.key, []).append(member.value)
        if not has_lists and whole.get("value") != []:  # an answer that found nothing
            yield self._record(whole)

    def _record(self, value: object, list_name: str = "") -> Record:
        self._number += 1
        if not isinstance(value, dict):
            raise self._wrong(f"holds {_kind(value)} where a record should be", "export objects, not their names")
        return Record(self._number, _unfolded(value), list_name)

    def _members(self) -> Iterator[_Member]:
        self._expect("{")
        while (begins := self._peek()) != "}":
            if begins != '"':
                raise self._wrong("has no key where one should be", _CUT_OFF)
            key = str(self._value())
            self._expect(":")
            if self._peek() == "[":
                is_empty = True
                for value in self._elements():
                    is_empty = False
                    yield _Member(key, value, in_list=True)
                if is_empty:
                    yield _Member(key, [], in_list=False)
            else:
                yield _Member(key, self._value(), in_list=False)
            self._next_or("}")
        self._at += 1

    def _elements(self) -> Iterator[Any]:
        self._expect("[")
        while self._peek() != "]":
            yield self._value()
            self._next_or("]")
        self._at += 1

    def _next_or(self, end: str) -> None:
        """Step over a comma, if it is not the end."""
        begins = self._peek()
        if begins == ",":
            self._at += 1
            if self._peek() == end:
                raise self._wrong("has a comma before the end of a list", "export it again")
        elif begins != end:
            raise self._wrong("has no comma between two values", _CUT_OFF)

    def _expect(self, mark: str) -> None:
        if self._peek() != mark:
            raise self._wrong(f"has no {mark} where one should be", _CUT_OFF)
        self._at += 1

    def _value(self) -> Any:  # noqa: ANN401 - whatever JSON holds
        """Decode one value, reading on until it is whole."""
        self._peek()
        while True:
            try:
                value, end = self._decode(self._buffer, self._at)
            except json.JSONDecodeError as error:
                if self._is_all or len(self._buffer) - self._at > _LARGEST:
                    self._at = error.pos
                    raise self._wrong(f"is not JSON ({error.msg})", _CUT_OFF) from None
            except RecursionError:
                raise self._wrong("is nested too deeply", "export it with -Depth 5") from None
            except ValueError:
                raise self._wrong("holds a number with thousands of digits", "export it again") from None
            else:
                if end < len(self._buffer) or self._is_all:
                    self._at = end
                    return value
            self._fill(len(self._buffer) - self._at)

    def _peek(self) -> str:
        """Give the next character that is no space; "" at the end."""
        while True:
            spaces = _SPACE.match(self._buffer, self._at)
            self._at = spaces.end() if spaces else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if self._is_all:
                return ""
            self._fill(0)

    def _fill(self, at_least: int) -> None:
        """Read on, at least as much as is held, and let go what was used."""
        piece = self._text.read(max(PIECE, at_least))
        self._is_all = not piece
        self._lines_before += self._buffer.count("\n", 0, self._at)
        self._buffer = self._buffer[self._at :] + piece
        self._at = 0

    def _wrong(self, what: str, way_out: str) -> ExportError:
        line = self._lines_before + self._buffer.count("\n", 0, self._at) + 1
        rest = self._buffer[self._at : self._at + _SHOWN].strip()
        seen = f'at "{rest}"' if rest else "at its end"
        return broken(self._name, f"line {line}, {seen}", what, way_out)


def _unfolded(value: dict[str, Any]) -> dict[str, Any]:
    """Put what a sign-in says under ``properties`` beside the rest, as the other logs have it.

    So Entra's diagnostic settings write it for Azure Monitor (Microsoft's page on the schema of sign-in logs there).
    """
    inner = value.get("properties")
    if isinstance(inner, dict) and str(value.get("category", "")).casefold().endswith(_SIGN_INS):
        return {key: said for key, said in value.items() if key != "properties"} | inner
    return value


def _kind(value: object) -> str:
    match value:
        case str():
            return "a text"
        case list():
            return "a list"
        case None:
            return "null"
        case _:
            return "a number or a switch"
