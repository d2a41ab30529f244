"""What stands in a cell of a CSV or a value of JSON, read as the kind of value that the world file wants.

Windows PowerShell, PowerShell 7, the portals and Excel write the same value in different ways; all that are known are
taken. Law: nothing is guessed: what can be read in two ways is said to be unclear.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

_LOST: Final = re.compile(
    r"System\.[\w.]+\[\]|System\.Collections\.\S+|Microsoft\.(?:\w+\.){2,}\w+(?:`1\S*|\[\])?"
    r"|Deserialized\.\S+|@\{.*\}"
)
_FORMULA: Final = re.compile(r"=.*|[+\-@].*(?:\||\w\(|\w!).*|[\t\r]+[=+\-@].*", re.DOTALL)
_LOST_BEGIN: Final = ("System.", "Microsoft.", "Deserialized.", "@{")
_FORMULA_BEGIN: Final = ("=", "+", "-", "@", "\t", "\r")
_NOTHING: Final = frozenset({"", "$null", "<>"})
_TRUE: Final = frozenset({"true", "$true"})
_FALSE: Final = frozenset({"false", "$false"})
_SEPARATORS: Final = re.compile(r"\s*[;\r\n]\s*|\s*,\s*|\s+")
_NUMBER: Final = re.compile(r"\d{1,3}(?:[.,'\u00a0\u202f ]\d{3})+|\d+")
_OCTETS: Final = re.compile(r"\(([\d,.' \u00a0]+) bytes\)")  # as in: 35 MB (36,700,160 bytes)
_WITH_TYPE: Final = re.compile(r"/Date\((-?\d{1,14})\)/")
_FROM: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ISO: Final = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d+))?(Z|[+-]\d\d:?\d\d)?")


class CellError(ValueError):
    """A value that cannot be what it should be: ``expectation`` follows it in the sentence."""

    def __init__(self, expectation: str, suggestion: str = "") -> None:
        super().__init__(expectation)
        self.expectation = expectation
        self.suggestion = suggestion


class LostError(Exception):
    """A value that was lost on its way into the file: only the name of its type is left."""


class UnclearError(Exception):
    """A date that can be read in two ways."""


def plain(value: object) -> object:
    """Take off what serialisers put around a value; raise LostError or CellError for what is left of a lost one."""
    match value:
        case {"value": list() as inner, "Count": int()}:  # Windows PowerShell's way with some lists
            return inner
        case {"DateTime": str(), "value": str() as inner}:  # and with dates
            return inner
        case str():
            return _text(value)
        case _:
            return value


def _text(value: str) -> str:
    stripped = value.strip()
    if stripped.startswith(_LOST_BEGIN) and _LOST.fullmatch(stripped):
        raise LostError
    if value.startswith(_FORMULA_BEGIN) and _FORMULA.fullmatch(value):
        raise CellError("is a formula, which no export writes", "do not open it in a spreadsheet; export it again")
    return stripped


def is_nothing(value: object) -> bool:
    """Tell whether nothing stands there: null, or an empty cell."""
    return value is None or (isinstance(value, str) and value.strip() in _NOTHING)


def text(value: object) -> str:
    """Read a text on one line."""
    found = plain(value)
    if isinstance(found, str):
        return " ".join(found.split())
    raise CellError("is not text")


def switch(value: object) -> bool:
    """Read True or False."""
    found = plain(value)
    if isinstance(found, bool):
        return found
    if isinstance(found, str) and found.lower() in _TRUE | _FALSE:
        return found.lower() in _TRUE
    raise CellError("is not True or False")


def number(value: object) -> int:
    """Read a whole number, with or without separators of thousands."""
    found = plain(value)
    if isinstance(found, bool):
        raise CellError("is not a whole number")
    if isinstance(found, int):
        return found
    if isinstance(found, float) and found.is_integer():
        return int(found)
    if isinstance(found, str) and (octets := _OCTETS.search(found)):
        found = octets[1]
    if isinstance(found, str) and _NUMBER.fullmatch(found):
        return int(re.sub(r"\D", "", found))
    raise CellError("is not a whole number")


def percent(value: object) -> float:
    """Read a share in percent, with a point or a comma, with or without its sign; with a count behind it or not."""
    found = plain(value)
    if isinstance(found, int | float) and not isinstance(found, bool):
        return float(found)
    match = re.match(r"\s*(\d+(?:[.,]\d+)?)\s*%?(?:\s*\(.*\))?\s*$", found) if isinstance(found, str) else None
    if match is None:
        raise CellError("is not a share in percent")
    return float(match[1].replace(",", "."))


def texts(value: object) -> list[str]:
    """Read several texts: a list, or one cell in which they were joined by spaces, commas, semicolons or lines."""
    found = plain(value)
    if isinstance(found, str):
        bare = found.removeprefix("{").removesuffix("}")
        return [part for part in _SEPARATORS.split(bare) if part]
    if isinstance(found, list):
        return [text(part) if not isinstance(part, Mapping) else _named(part) for part in found if not is_nothing(part)]
    raise CellError("is not a list of texts")


def _named(part: Mapping[str, Any]) -> str:
    """Take the name out of an object that a serialiser made of a text."""
    for key in ("Address", "AddressString", "SmtpAddress", "Name", "value"):
        if isinstance(part.get(key), str):
            return text(part[key])
    raise LostError


def instant(value: object) -> datetime:
    """Read an instant in UTC; raise UnclearError where day and month may be exchanged."""
    found = plain(value)
    if not isinstance(found, str):
        raise CellError("is not a date")
    if with_type := _WITH_TYPE.fullmatch(found):
        return _FROM + timedelta(milliseconds=int(with_type[1]))
    if iso := _ISO.fullmatch(found):
        return _iso(iso)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", found):
        return _iso_of(f"{found}T00:00:00+00:00")
    return _local(found)


def _iso(found: re.Match[str]) -> datetime:
    day, clock, fraction, zone = found.groups()
    clock = clock if clock.count(":") == 2 else f"{clock}:00"
    offset = "+00:00" if zone in (None, "Z") else zone if ":" in zone else f"{zone[:3]}:{zone[3:]}"
    return _iso_of(f"{day}T{clock}.{(fraction or '0')[:6].ljust(6, '0')}{offset}")


def _iso_of(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise CellError("is not a date") from None


def _local(found: str) -> datetime:
    """Read 11/28/2026 9:15:00 AM or 28.11.2026 09:15:00, where only one of them can be meant."""
    shape = r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?:,? +(\d{1,2}):(\d\d)(?::(\d\d))?(?: *([AP])M)?)?"
    match = re.fullmatch(shape, found, re.IGNORECASE)
    if match is None:
        raise CellError("is not a date", "export it as JSON, or in the form 2026-11-28T09:15:00Z")
    first, mark, second, year, hour, minute, second_of, half = match.groups()
    one, other = int(first), int(second)
    if mark == "." or one > 12:
        day, month = one, other
    elif other > 12 or half or one == other:  # a clock of twelve hours is American here
        day, month = other, one
    else:
        raise UnclearError
    hours = int(hour or 0) % 12 + (12 if half.upper() == "P" else 0) if half else int(hour or 0)
    try:
        return datetime(int(year), month, day, hours, int(minute or 0), int(second_of or 0), tzinfo=UTC)
    except ValueError:
        raise CellError("is not a date") from None
