"""Readers of the values of a fault: each takes a key and what stands there, and raises FaultError with the way out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar

from relaylab.app.world_file.errors import did_you_mean, shown
from relaylab.domain.address import Address, DomainName
from relaylab.domain.clock import parse_instant
from relaylab.domain.fault import Nth
from relaylab.rules.faults import SAYABLE, FaultError

E = TypeVar("E", bound=StrEnum)

_SESSION: Final = re.compile(r"[as]\d*-\d{6,}")  # a request to the REST interface is one, too
_KEYWORD: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{0,39}")


def choice(kind: type[E], key: str, value: object, otherwise: str = "") -> E:
    """Read one of an enum's values, in any case."""
    names = [one.value for one in kind]
    folded = {name.lower(): name for name in names}
    if isinstance(value, str) and value.lower() in folded:
        return kind(folded[value.lower()])
    listed = ", ".join(names)
    if value is None:
        raise FaultError(f"{key}: is missing; {otherwise or f'choose one of {listed}'}")
    expected = f"is not a {key}" if otherwise else f"is not one of {listed}"
    raise FaultError(
        f"{key}: {shown(value)} {expected}; {did_you_mean(value, names, otherwise or 'choose one of them')}"
    )


def people(key: str, text: str) -> Address | DomainName:
    """Read an address, or a domain after an at sign."""
    try:
        return DomainName.parse(text[1:]) if text.startswith("@") else Address.parse(text)
    except ValueError:
        raise FaultError(
            f"{key}: {shown(text)} is neither an address nor a domain; write scanner@contoso.com or @contoso.com"
        ) from None


def host_name(key: str, value: object) -> str:
    """Read a host name, which may begin with an asterisk."""
    text = text_of(key, value)
    try:
        return (
            DomainName.parse(text.removeprefix("*.")).name
            if not text.startswith("*.")
            else f"*.{DomainName.parse(text[2:])}"
        )
    except ValueError:
        raise FaultError(f"{key}: {shown(text)} is not a host name; write one such as smtp.office365.com") from None


def own_name(key: str, value: object) -> str:
    """Read a host name that a client may ask for: no pattern, and no address."""
    name = host_name(key, value)
    if name.startswith("*."):
        raise FaultError(f"{key}: {shown(name)} is a pattern, which no client asks for; write one name, or listener=mx")
    if name.replace(".", "").isdigit():
        raise FaultError(f"{key}: {shown(name)} is an address, which no client asks for; scope it by listener or site")
    return name


def session(key: str, text: str) -> str:
    """Read the name of a session."""
    if _SESSION.fullmatch(text) is None:
        raise FaultError(f"{key}: {shown(text)} is no session; write its name in the log, such as s-000042")
    return text


def instant(given: Mapping[str, object], key: str) -> datetime | None:
    """Read an instant, where there is one."""
    if key not in given:
        return None
    try:
        return parse_instant(text_of(key, given[key]))
    except ValueError as error:
        raise FaultError(f"{key}: {error}") from None


def nth(value: object) -> Nth:
    """Read a place: 2, or 2+."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else text_of("nth", value)
    number = text.removesuffix("+")
    if not (number.isascii() and number.isdigit()) or not 1 <= int(number[:9]) <= 1_000_000:
        raise FaultError(
            f"nth: {shown(value)} is no place; write 2 for the second, 2+ for the second and all behind it"
        )
    return Nth(int(number), text.endswith("+"))


def words(given: Mapping[str, object]) -> tuple[str, ...]:
    """Read a list of keywords, joined by plus signs or as a list."""
    for key in ("keywords", "mechanisms", "parameters"):
        if key in given:
            value = given[key]
            parts = value.replace("+", " ").split() if isinstance(value, str) else value
            if not isinstance(parts, list) or not parts:
                raise FaultError(f"{key}: {shown(value)} is no list; write PIPELINING+CHUNKING")
            words = tuple(str(part).upper() for part in parts)
            if wrong := next((word for word in words if _KEYWORD.fullmatch(word) is None), None):
                raise FaultError(f"{key}: {shown(wrong)} is no keyword; write letters, digits and hyphens")
            return words
    return ()


def whole_number(given: Mapping[str, object], key: str) -> int | None:
    """Read a number of 1 or more, where there is one."""
    if key not in given:
        return None
    value = given[key]
    text = value if isinstance(value, str) else str(value) if type(value) is int else ""
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text) > 0):
        raise FaultError(f"{key}: {shown(value)} is not a whole number of 1 or more; write one such as 3")
    return int(text)


_N = TypeVar("_N", float, None)


def number(given: Mapping[str, object], key: str, default: _N) -> float | _N:
    """Read a number of 0 or more, where there is one."""
    if key not in given:
        return default
    value = given[key]
    try:
        number = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else -1.0
    except ValueError:
        number = -1.0
    if not 0 <= number <= 86_400:
        raise FaultError(f"{key}: {shown(value)} is not a number of 0 or more; write one such as 0.5")
    return number


def yes_or_no(key: str, value: object) -> bool:
    """Read yes or no."""
    words = {True: True, False: False, "yes": True, "no": False, "true": True, "false": False}
    if not isinstance(value, bool | str) or value not in words:
        raise FaultError(f"{key}: {shown(value)} is neither yes nor no; write one of them")
    return words[value]


def text_of(key: str, value: object) -> str:
    """Read a text."""
    if not isinstance(value, str):
        raise FaultError(f"{key}: {shown(value)} is no text; put it in quotes")
    return value


def text_name(value: object) -> str:
    """Read the name of a text that the service says."""
    text = text_of("says", value)
    if text not in SAYABLE:
        otherwise = "`relaylab faults --json` lists the texts"
        raise FaultError(f"says: {shown(text)} is no text of the service; {did_you_mean(text, SAYABLE, otherwise)}")
    return text
