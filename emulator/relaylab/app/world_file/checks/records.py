"""DNS records say what their type can say, and can stand beside each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from relaylab.app.world_file.draft import Draft, Entry
from relaylab.app.world_file.errors import Fault, Place, did_you_mean, shown
from relaylab.app.world_file.known import KnownNames
from relaylab.domain.address import DomainName
from relaylab.domain.tenant import AcceptedDomain
from relaylab.domain.world import DnsRecord
from relaylab.domain.zone import canonical

_PREFERENCE_AND_HOST: Final = re.compile(r"(?P<preference>\d{1,5}) +(?P<host>\S+)")
_HIGHEST_PREFERENCE: Final = 65_535  # RFC 1035 §3.3.9
_LONGEST_LABEL: Final = 63  # RFC 1035 §2.3.4
_LONGEST_NAME: Final = 253  # the same, written with dots
_LONGEST_TEXT: Final = 4_000  # octets; the longest DKIM key takes 750
_STATES: Final = ("SERVFAIL", "TIMEOUT")
_ASKED_FOR: Final = ("A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "TXT")
_MX_PARENTS: Final = ("mail.protection.outlook.com", "mx.microsoft")


def records_say_what_their_type_can(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """An A record holds an IPv4 address, an MX record a preference and a host, and so on."""
    for entry in draft.of(DnsRecord):
        one, place = entry.noun, entry.place / "value"
        if one.type in _STATES:
            yield from _types_of_a_state(entry)
        elif "value" not in entry.written:
            yield Fault(place, None, "is missing", f"write {_RECORDS[one.type][0]}")
        else:
            expected, reads = _RECORDS[one.type]
            try:
                reads(one.value)
            except ValueError:
                seen = f"is not the value of {_a(one.type)} record"
                yield Fault(place, shown(one.value), seen, f"write {expected}")


def names_fit_into_dns(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """A name has labels of at most 63 octets, and 253 in all."""
    for entry in draft.of(DnsRecord):
        if not _fits(canonical(entry.noun.name.name)):
            way_out = f"a label has at most {_LONGEST_LABEL} octets, a name {_LONGEST_NAME}"
            yield Fault(entry.place / "name", shown(entry.noun.name.name), "is too long for DNS", way_out)


def an_alias_stands_alone(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """Where a CNAME is, no other record is (RFC 1034 §3.6.2)."""
    first: dict[str, Entry[DnsRecord]] = {}
    for entry in draft.of(DnsRecord):
        if entry.noun.type in _STATES:
            continue
        earlier = first.setdefault(canonical(entry.noun.name.name), entry)
        if earlier is not entry and "CNAME" in (earlier.noun.type, entry.noun.type):
            said = f"has {_a(earlier.noun.type)} record already ({earlier.place})"
            way_out = "a CNAME stands alone at its name: leave one out"
            yield Fault(entry.place / "name", shown(str(entry.noun.name)), said, way_out)


def mail_exchanges_are_microsoft_s(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """The host that Microsoft names for a domain lies where its hosts are, and belongs to one domain."""
    first: dict[DomainName, Place] = {}
    for entry in draft.of(AcceptedDomain):
        host, place = entry.noun.mail_exchange, entry.place / "mail_exchange"
        if host is None:
            continue
        if not any(host.name.endswith(f".{parent}") for parent in _MX_PARENTS) or not _fits(canonical(host.name)):
            way_out = "another provider's host belongs into the MX record alone: leave the key out"
            yield Fault(place, shown(str(host)), f"is not below {' or '.join(_MX_PARENTS)}", way_out)
        elif (earlier := first.setdefault(host, place)) != place:
            yield Fault(place, shown(str(host)), f"is taken by {earlier}", "a host serves one domain: leave one out")


def _types_of_a_state(entry: Entry[DnsRecord]) -> Iterator[Fault]:
    for word in entry.noun.value.split():
        if word not in _ASKED_FOR:
            otherwise = "leave value out for the name and all below it, or name types, as TXT or A AAAA"
            way_out = did_you_mean(word, _ASKED_FOR, otherwise)
            yield Fault(entry.place / "value", shown(word), "is not a type that can be asked for", way_out)


def _a(record_type: str) -> str:
    return f"{'an' if record_type[0] in 'AMN' else 'a'} {record_type}"


def _fits(name: str) -> bool:
    return len(name) <= _LONGEST_NAME and all(len(label) <= _LONGEST_LABEL for label in name.split("."))


def _host(value: str) -> DomainName:
    """Read the full name of a host, which an address is not; raise ValueError."""
    name = DomainName.parse(value)
    try:
        ip_address(value.strip("[]"))
    except ValueError:
        if "." in name.name and _fits(canonical(name.name)):
            return name
    raise ValueError(value)


def _mail_exchanger(value: str) -> None:
    match = _PREFERENCE_AND_HOST.fullmatch(value)
    if match is None or int(match["preference"]) > _HIGHEST_PREFERENCE:
        raise ValueError(value)
    if match["host"] != ".":  # RFC 7505: this domain takes no mail
        _host(match["host"])


def _text(value: str) -> None:
    if len(value.encode()) > _LONGEST_TEXT or (len(value) > 1 and value[0] == value[-1] == '"'):
        raise ValueError(value)


_RECORDS: Final[Mapping[str, tuple[str, Callable[[str], object]]]] = {
    "A": ("an IPv4 address", IPv4Address),
    "AAAA": ("an IPv6 address", IPv6Address),
    "MX": ("a preference and a host, as 0 contoso-com.mail.protection.outlook.com", _mail_exchanger),
    "CNAME": ("a full domain name", _host),
    "PTR": ("a full domain name", _host),
    "NS": ("a full domain name", _host),
    "TXT": (f"the text without quotes around it, at most {_LONGEST_TEXT} octets; strings are cut by themselves", _text),
}

CHECKS: Final = (
    records_say_what_their_type_can,
    names_fit_into_dns,
    an_alias_stands_alone,
    mail_exchanges_are_microsoft_s,
)
