"""An SPF record, parsed: directives in order, and at most one redirect and one exp (RFC 7208 §4.6, §5, §6).

Law of this module: a text is either a whole valid record or a RecordError; no other exception, and no half record.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final

from relaylab.domain.authentication import SpfResult
from relaylab.mailauth.spf.macros import MacroError, MacroString, parse_domain_spec, parse_macro_string

_VERSION: Final = "v=spf1"
_TERM: Final = re.compile(
    r"(?P<qualifier>[+\-?~]?)(?P<name>[A-Za-z][A-Za-z0-9_.\-]*)(?P<rest>.*)", re.ASCII | re.DOTALL
)
_PREFIXES: Final = re.compile(r"(?P<spec>.*?)(?:/(?P<four>\d+))?(?://(?P<six>\d+))?", re.ASCII | re.DOTALL)
_QUALIFIERS: Final = {
    "": SpfResult.PASS,
    "+": SpfResult.PASS,
    "-": SpfResult.FAIL,
    "~": SpfResult.SOFTFAIL,
    "?": SpfResult.NEUTRAL,
}


class RecordError(ValueError):
    """A record that breaks the grammar; the message says where."""


class Kind(StrEnum):
    """The mechanisms (RFC 7208 §5)."""

    ALL = "all"
    INCLUDE = "include"
    A = "a"
    MX = "mx"
    PTR = "ptr"
    IP4 = "ip4"
    IP6 = "ip6"
    EXISTS = "exists"

    @property
    def asks_dns(self) -> bool:
        """True for the mechanisms that count against the limit of ten (RFC 7208 §4.6.4)."""
        return self not in {Kind.ALL, Kind.IP4, Kind.IP6}


@dataclass(frozen=True, slots=True)
class Directive:
    """One mechanism with its qualifier; ``text`` is how it is written.

    ``domain`` is None where the current domain is meant; ``network`` belongs to ip4 and ip6; ``ip4_prefix`` and
    ``ip6_prefix`` are the prefix lengths of a and mx.
    """

    text: str
    result: SpfResult
    kind: Kind
    domain: MacroString | None = None
    network: IPv4Network | IPv6Network | None = None
    ip4_prefix: int = 32
    ip6_prefix: int = 128


@dataclass(frozen=True, slots=True)
class Record:
    """A whole record."""

    directives: tuple[Directive, ...] = ()
    redirect: MacroString | None = None
    explanation: MacroString | None = None


def is_spf(text: str) -> bool:
    """Tell whether a TXT record is an SPF record of this version (RFC 7208 §4.5)."""
    return text[: len(_VERSION)].lower() == _VERSION and text[len(_VERSION) : len(_VERSION) + 1] in {"", " "}


def parse_record(text: str) -> Record:
    """Read a record, or raise RecordError for the first term that cannot be."""
    if not text.isascii():
        raise RecordError("the record holds characters that are not ASCII")
    directives: list[Directive] = []
    modifiers: dict[str, MacroString] = {}
    for term in filter(None, text[len(_VERSION) :].split(" ")):
        found = _TERM.fullmatch(term)
        if found is None:
            raise RecordError(f"{term!r} is neither a mechanism nor a modifier")
        try:
            if found["rest"].startswith("="):
                _take_modifier(found, modifiers)
            else:
                directives.append(_directive(term, found))
        except MacroError as error:
            raise RecordError(f"{term!r}: {error}") from None
    return Record(tuple(directives), modifiers.get("redirect"), modifiers.get("exp"))


def _take_modifier(found: re.Match[str], modifiers: dict[str, MacroString]) -> None:
    name, value = found["name"].lower(), found["rest"][1:]
    if found["qualifier"]:
        raise RecordError(f"the modifier {name!r} takes no qualifier")
    if name not in {"redirect", "exp"}:
        parse_macro_string(value, explains=True) if " " not in value else None
        return
    if name in modifiers:
        raise RecordError(f"{name}= stands twice")
    modifiers[name] = parse_domain_spec(value)


def _directive(term: str, found: re.Match[str]) -> Directive:
    name, rest = found["name"].lower(), found["rest"]
    try:
        kind = Kind(name)
    except ValueError:
        raise RecordError(f"no mechanism is named {found['name']!r}") from None
    result = _QUALIFIERS[found["qualifier"]]
    match kind:
        case Kind.ALL:
            if rest:
                raise RecordError(f"{term!r}: all takes no argument")
            return Directive(term, result, kind)
        case Kind.IP4 | Kind.IP6:
            return Directive(term, result, kind, network=_network(kind, term, rest))
        case Kind.A | Kind.MX:
            parts = _PREFIXES.fullmatch(rest)
            spec, four, six = (parts["spec"], parts["four"], parts["six"]) if parts else (rest, None, None)
            return Directive(
                term,
                result,
                kind,
                domain=_domain(term, spec) if spec else None,
                ip4_prefix=_prefix(term, four, 32),
                ip6_prefix=_prefix(term, six, 128),
            )
        case Kind.PTR:
            return Directive(term, result, kind, domain=_domain(term, rest) if rest else None)
        case Kind.INCLUDE | Kind.EXISTS:
            return Directive(term, result, kind, domain=_domain(term, rest))


def _domain(term: str, text: str) -> MacroString:
    if not text.startswith(":"):
        raise RecordError(f"{term!r}: a domain follows a colon")
    return parse_domain_spec(text[1:])


def _prefix(term: str, digits: str | None, longest: int) -> int:
    if digits is None:
        return longest
    if len(digits) > 3 or int(digits) > longest or (digits.startswith("0") and digits != "0"):
        raise RecordError(f"{term!r}: /{digits} is no prefix length")
    return int(digits)


def _network(kind: Kind, term: str, rest: str) -> IPv4Network | IPv6Network:
    address, slash, digits = rest.removeprefix(":").partition("/")
    longest = 32 if kind is Kind.IP4 else 128
    if not rest.startswith(":") or "%" in address or (slash and not digits.isdecimal()):
        raise RecordError(f"{term!r} names no network")
    try:
        network = ip_network(f"{address}/{_prefix(term, digits if slash else None, longest)}", strict=False)
    except ValueError:
        raise RecordError(f"{term!r} names no network") from None
    if network.max_prefixlen != longest:
        raise RecordError(f"{term!r} names a network of the other family")
    return network
