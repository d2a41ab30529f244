"""The SPF record of a domain as a step: one record that passes at both hops (fact COR-03).

Law: a plan has one such step a domain. It stands with the first sender that needs it, and its record holds the sites of
every sender of the domain that goes to the tenant MX, those that stay as they are too.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from relaylab.domain.authentication import SpfResult
from relaylab.domain.estate import Method
from relaylab.domain.randomness import Randomness
from relaylab.mailauth import Session, check_spf
from relaylab.rules.dns.catalogue import zones_of
from relaylab_conformance.migration.spf import spf_failures
from relaylab_conformance.planning import citations
from relaylab_conformance.planning.model import Kind, Step
from relaylab_conformance.planning.preparation import Preparation, prepared
from relaylab_conformance.planning.spf_record import is_spf, mended, redirect_of, spf_of, txt, with_spf, without_all

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from relaylab.domain.address import DomainName
    from relaylab.domain.estate import Site
    from relaylab.domain.world import World
    from relaylab.domain.zone import IpAddress
    from relaylab.engine.rulebook import Rulebook
    from relaylab_conformance.planning.question import Question

_FOR: Final = "each site's address for Exchange Online, Microsoft's include for recipients outside, in one record"

Steps = dict[str, tuple[Preparation, ...]]


def spf(question: Question, site: Site) -> Iterator[Preparation]:
    """Give the step that one sender needs, where its record does not pass."""
    sender = question.sender
    domain = sender.from_address.domain
    alone = replace(sender, target=Method.CONNECTOR_RELAY)
    world = replace(question.world, senders=(alone,))
    if not world.has_records_of(domain) or list(spf_failures(world, question.rulebook, question.at)):
        yield _published(question.world, question.rulebook, question.at, domain, (site,))


def one_step_a_domain(
    todo: Mapping[str, tuple[Preparation, ...]],
    sites: Mapping[DomainName, tuple[Site, ...]],
    world: World,
    rulebook: Rulebook,
    at: datetime,
) -> tuple[Steps, World]:
    """Make the records that ``todo`` asks for one a domain; give what is to be done, and the world after it.

    ``todo`` is in the order of the work, ``sites`` are those from which senders of each domain go to the tenant MX.
    """
    others = (one.step for kept in todo.values() for one in kept if one.spf_of is None and one.step.kind is Kind.DNS)
    of_azure = {_name(line) for step in others for line in step.lines if is_spf(line)}
    steps: Steps = {}
    records: dict[DomainName, Preparation] = {}
    for name, preparations in todo.items():
        kept: list[Preparation] = []
        for one in preparations:
            domain = one.spf_of
            if domain is None:
                kept.append(one)
            elif domain not in records:
                end = "-all" if f"{domain}." in of_azure else ""  # another is not verified (fact ACS-DOM-03)
                records[domain] = _published(world, rulebook, at, domain, sites[domain], end=end)
                world = prepared(world, (records[domain],))
                kept.append(records[domain])
        steps[name] = tuple(kept)
    lines = {domain: one.step.lines[0] for domain, one in records.items()}
    return {name: tuple(_agreeing(one, lines) for one in kept) for name, kept in steps.items()}, world


def _agreeing(one: Preparation, records: Mapping[DomainName, str]) -> Preparation:
    """Write the same record of a domain wherever a step writes one, such as those that Azure verifies by."""
    if one.step.kind is not Kind.DNS or one.spf_of is not None:
        return one
    lines = tuple(
        next((record for record in records.values() if is_spf(line) and _name(line) == _name(record)), line)
        for line in one.step.lines
    )
    return replace(one, step=replace(one.step, lines=lines))


def _name(line: str) -> str:
    return line.partition(" ")[0]


def _published(  # noqa: PLR0913 - each is a fact of its own
    world: World, rulebook: Rulebook, at: datetime, domain: DomainName, sites: tuple[Site, ...], *, end: str = ""
) -> Preparation:
    addresses = list(dict.fromkeys(ip for site in sites for ip in site.addresses))
    if not world.has_records_of(domain):
        what = f"the world file says nothing of the DNS of {domain}: see that its one SPF record holds these"
        return Preparation(_dns(what, domain, mended("", addresses, end=end)), spf_of=domain)

    record = spf_of(world, domain)
    included = _passing(world, rulebook, at, domain, addresses)
    missing = [ip for ip in addresses if ip not in included]

    def changed(judged: World) -> World:
        return with_spf(judged, domain, mended(spf_of(judged, domain), missing))

    what = f"SPF of {domain}, for {', '.join(dict.fromkeys(site.name for site in sites))}: {_FOR}"
    target = redirect_of(record)
    if target and not _is_had(world, rulebook, at, target):
        what += (
            f". The record hands on to {target} (redirect=), which the world file does not have: ask whoever keeps "
            f"{target} what its record holds, and add here only what it lacks"
        )
    return Preparation(_dns(what, domain, mended(record, missing)), changed, spf_of=domain)


def _passing(
    world: World, rulebook: Rulebook, at: datetime, domain: DomainName, addresses: list[IpAddress]
) -> frozenset[IpAddress]:
    """Give the addresses that a record lets pass by what it includes or hands on to, as far as the world has that."""
    record = without_all(spf_of(world, domain))
    if "include:" not in record.lower() and not redirect_of(record):
        return frozenset()
    zone = zones_of(with_spf(world, domain, record), rulebook, Randomness(0), lambda _: "").at(at)
    asked = Session(ip=addresses[0], helo=str(domain), mail_from=f"postmaster@{domain}", receiver="relaylab", now=at)
    found = (ip for ip in addresses if check_spf(zone, replace(asked, ip=ip)).result is SpfResult.PASS)
    return frozenset(found)


def _is_had(world: World, rulebook: Rulebook, at: datetime, name: str) -> bool:
    """Tell whether the world's DNS has an SPF record of a name."""
    zone = zones_of(world, rulebook, Randomness(0), lambda _: "").at(at)
    return any(is_spf(f"{name} TXT {txt(value)}") for value in zone.look_up(name, "TXT").values("TXT"))


def _dns(what: str, domain: DomainName, record: str) -> Step:
    return Step(kind=Kind.DNS, what=what, lines=(f"{domain}. TXT {txt(record)}",), source=citations.SPF_RECORD)
