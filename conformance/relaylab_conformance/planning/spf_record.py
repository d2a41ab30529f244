"""The one SPF record of a domain, as steps of several methods add to it: what it holds besides stays."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network, IPv6Network
from typing import TYPE_CHECKING, Final

from relaylab.domain.world import DnsRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaylab.domain.address import DomainName
    from relaylab.domain.world import World
    from relaylab.domain.zone import IpAddress

INCLUDE: Final = "include:spf.protection.outlook.com"
_REDIRECT: Final = "redirect="
_STRING: Final = 255
_FIRST, _LAST = 0x20, 0x7E  # what a zone file holds as it is


def txt(value: str) -> str:
    """Write the value of a TXT record as a zone file has it (RFC 1035, 5.1): strings of at most 255 octets."""
    octets = value.encode()
    pieces = [octets[place : place + _STRING] for place in range(0, len(octets), _STRING)] or [b""]
    return " ".join(f'"{"".join(map(_in_zone, piece))}"' for piece in pieces)


def _in_zone(octet: int) -> str:
    if octet in b'"\\':
        return f"\\{chr(octet)}"
    return chr(octet) if _FIRST <= octet <= _LAST else f"\\{octet:03}"


def is_spf(line: str) -> bool:
    """Tell whether a line of a zone file is an SPF record."""
    return ' TXT "v=spf1' in line


def redirect_of(record: str) -> str:
    """Give the name whose record a record hands on to (RFC 7208, 6.1); empty where it does not, or has an ``all``."""
    words = record.strip('"').lower().split()
    if any(_is_all(word) for word in words):
        return ""
    return next((word.removeprefix(_REDIRECT) for word in words if word.startswith(_REDIRECT)), "")


def spf_of(world: World, domain: DomainName) -> str:
    """Give the SPF record that a domain has in a world; empty where it has none."""
    found = _record(world, domain)
    return found.value if found else ""


def with_spf(world: World, domain: DomainName, value: str) -> World:
    """Put an SPF record in the place of the one that a domain has, or behind the other records."""
    there, new = _record(world, domain), DnsRecord(domain, "TXT", value)
    kept = tuple(new if one is there else one for one in world.dns)
    return replace(world, dns=kept if there else (*kept, new))


def _record(world: World, domain: DomainName) -> DnsRecord | None:
    of_domain = (one for one in world.dns if one.type == "TXT" and one.name == domain)
    return next((one for one in of_domain if one.value.strip('"').lower().startswith("v=spf1")), None)


def mended(record: str, addresses: Sequence[IpAddress], *, end: str = "") -> str:
    """Add to a record what it lacks, before its ``all`` or ``redirect``; it ends in ``end``, or as it does.

    Beside an ``all`` nobody follows a redirect, so where ``end`` takes its place it becomes an include.
    """
    words = record.strip('"').split() or ["v=spf1", "~all"]
    held = [network for word in words if (network := _network(word)) is not None]
    missing = [f"ip{ip.version}:{ip}" for ip in addresses if not any(ip in network for network in held)]
    missing += [] if any(word.lower().lstrip("+") == INCLUDE for word in words) else [INCLUDE]
    last = next((place for place, word in enumerate(words) if _is_all(word) or _is_redirect(word)), len(words))
    behind = next((place for place, word in enumerate(words) if word.lower().startswith("include:")), last)
    ips = [one for one in missing if one != INCLUDE]
    place = min(behind, last)
    words[place:place] = ips
    if INCLUDE in missing:
        words.insert(last + len(ips), INCLUDE)
    if end:
        target = redirect_of(record)
        kept = [word for word in words if not _is_all(word) and not _is_redirect(word)]
        words = [*kept, *([f"include:{target}"] if target else []), end]
    return " ".join(words)


def without_all(record: str) -> str:
    """Give of a record what lets addresses pass, whoever the sender is, and not everybody's."""
    target = redirect_of(record)
    words = (word for word in record.strip('"').split() if not _is_all(word) and "%" not in word)
    return " ".join(word for word in words if target or not _is_redirect(word))


def _network(word: str) -> IPv4Network | IPv6Network | None:
    """Give the addresses that an ``ip4:`` or ``ip6:`` lets pass (RFC 7208, 5.6); None for another word."""
    kind, _, written = word.lower().removeprefix("+").partition(":")
    try:
        match kind:
            case "ip4":
                return IPv4Network(written, strict=False)
            case "ip6":
                return IPv6Network(written, strict=False)
            case _:
                return None
    except ValueError:
        return None


def _is_all(word: str) -> bool:
    return word.lower().lstrip("+-~?") == "all"


def _is_redirect(word: str) -> bool:
    return word.lower().startswith(_REDIRECT)
