"""Finding the record that speaks for a domain, and the organization that the domain belongs to.

Two ways: the public suffix list (RFC 7489 §3.2, §6.6.3), which deployed receivers use, and the walk up the tree of
DNS (RFC 9989 §4.10), which replaced it on paper in May 2026.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Final

from publicsuffixlist import PublicSuffixList

from relaylab.domain.zone import Rcode
from relaylab.mailauth.dmarc.record import Record, RecordError, is_dmarc, parse_record
from relaylab.mailauth.names import is_askable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relaylab.domain.zone import Zone

_MOST_LABELS: Final = 8  # RFC 9989 §4.10: a longer name is cut to seven labels after the first question


class Discovery(StrEnum):
    """How records and organizational domains are found."""

    SUFFIX_LIST = "suffix_list"
    TREE_WALK = "tree_walk"


class DnsError(Exception):
    """DNS gave no answer for the author domain's own record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What discovery found for one author domain: its organization, and the record with the domain that holds it.

    ``error`` says why what is there cannot be used.
    """

    organization: str
    record: Record | None = None
    record_domain: str | None = None
    error: str | None = None

    def speaks_for(self, domain: str) -> bool:
        """Tell whether the record is the domain's own, so that ``p`` counts and not ``sp``."""
        return self.record_domain == domain


@cache
def _suffixes() -> PublicSuffixList:
    """Read the list that comes with the library, once; it is data of the program, not of the machine."""
    return PublicSuffixList()


def organizational_domain(zone: Zone, domain: str, discovery: Discovery) -> str:
    """Give the domain one label below the public suffix, or where the walk up the tree ends."""
    match discovery:
        case Discovery.SUFFIX_LIST:
            return _suffixes().privatesuffix(domain) or domain
        case Discovery.TREE_WALK:
            return _top_of_walk(domain, list(_walk(zone, domain)))


def discover(zone: Zone, domain: str, discovery: Discovery) -> Found:
    """Find the record for an author domain; raise DnsError when its own name cannot be asked."""
    match discovery:
        case Discovery.SUFFIX_LIST:
            organization = organizational_domain(zone, domain, discovery)
            for place in dict.fromkeys((domain, organization)):
                texts = _texts(zone, place, required=place == domain)
                if texts:
                    return _read(texts, place, organization)
            return Found(organization=organization)
        case Discovery.TREE_WALK:
            steps = list(_walk(zone, domain))
            organization = _top_of_walk(domain, steps)
            # The author's own record, else the organization's, else the one of the suffix above it.
            places = [place for place, _ in steps if place in {domain, organization}] + [
                place for place, record in steps if record.is_suffix
            ]
            if not places:
                return Found(organization=organization)
            record = next(record for place, record in steps if place == places[0])
            return Found(organization=organization, record=record, record_domain=places[0])


def _read(texts: tuple[str, ...], place: str, organization: str) -> Found:
    if len(texts) > 1:
        error = f"_dmarc.{place} holds {len(texts)} DMARC records, so none counts (RFC 7489 §6.6.3)"
        return Found(organization=organization, error=error)
    try:
        return Found(organization=organization, record=parse_record(texts[0]), record_domain=place)
    except RecordError as error:
        return Found(organization=organization, record_domain=place, error=f"the record of _dmarc.{place}: {error}")


def _texts(zone: Zone, domain: str, *, required: bool = False) -> tuple[str, ...]:
    name = f"_dmarc.{domain}"
    if not is_askable(name):
        return ()
    answer = zone.look_up(name, "TXT")
    if required and answer.rcode not in {Rcode.NOERROR, Rcode.NXDOMAIN}:
        reason = "no zone of the world holds it" if answer.rcode is Rcode.REFUSED else "DNS did not answer"
        raise DnsError(f"TXT {name}: {reason}")
    return tuple(text for text in answer.values("TXT") if is_dmarc(text))


def _walk(zone: Zone, domain: str) -> Iterator[tuple[str, Record]]:
    """Go up from a domain and give each usable record with its place, until one says what it is (psd=)."""
    labels = domain.split(".")
    places = [domain]
    rest = labels[1:] if len(labels) <= _MOST_LABELS else labels[-(_MOST_LABELS - 1) :]
    places += [".".join(rest[start:]) for start in range(len(rest))]
    for place in places:
        texts = _texts(zone, place, required=place == domain)
        if len(texts) != 1:
            continue
        try:
            record = parse_record(texts[0])
        except RecordError:
            continue
        yield place, record
        if record.is_suffix is not None:
            return


def _top_of_walk(domain: str, steps: list[tuple[str, Record]]) -> str:
    """Give the organizational domain (RFC 9989 §4.10.2)."""
    for place, record in steps:
        if record.is_suffix is False:
            return place
        if record.is_suffix and place != domain:
            below = len(place.split(".")) + 1
            return ".".join(domain.split(".")[-below:])
    return steps[-1][0] if steps else domain
