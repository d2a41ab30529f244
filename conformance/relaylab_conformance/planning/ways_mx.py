"""Connector relay and Direct Send as a sender's future: what stands against each, and what has to be done before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from itertools import chain
from typing import TYPE_CHECKING

from relaylab.domain.connector import ConnectorType, InboundConnector
from relaylab.domain.estate import Method, OutboundPort25
from relaylab.domain.powershell import quoted
from relaylab.domain.tenant import Switch
from relaylab.rules.hve import terms
from relaylab_conformance.inventory.shapes import inbound_connectors
from relaylab_conformance.migration.approach import mx_name
from relaylab_conformance.migration.reach import (
    are_outside,
)
from relaylab_conformance.planning import citations
from relaylab_conformance.planning.model import Kind, Step
from relaylab_conformance.planning.preparation import Preparation, in_tenant
from relaylab_conformance.planning.question import NOT_KNOWN, Question
from relaylab_conformance.planning.ways_spf import spf
from relaylab_conformance.planning.words import counted

if TYPE_CHECKING:
    from relaylab.domain.estate import Site
    from relaylab.domain.tenant import Tenant


def _site(question: Question) -> Site | None:
    return question.world.site(question.sender.site) if question.sender.site else None


def _port_25(question: Question) -> Iterator[str]:
    site = _site(question)
    if site is not None and site.outbound_port_25 is not OutboundPort25.OPEN:
        yield f"port 25 open? No: the access provider of {site.name} has it {site.outbound_port_25}"


def _not_said(question: Question) -> Iterator[str]:
    """No address goes onto a connector or into a record while somebody who sends from there may be a forger."""
    if question.address_not_said:
        yield question.address_not_said


def against_connector(question: Question) -> Iterator[str]:
    """Say what no step can mend for a connector."""
    site, tenant = _site(question), question.tenant
    if site is None:
        yield f"static IPv4{NOT_KNOWN}the sender has no site with a public address of its own"
        if tenant is not None:
            yield _by_certificate(question.sender.name)
        else:
            yield _no_tenant(question)
        return
    if not isinstance(site.public_ip, IPv4Address):
        yield f"static IPv4? No: {site.name} has {site.public_ip}, and connectors hold IPv4 only"
        if tenant is not None:
            yield _by_certificate(site.name)
    if tenant is None:
        yield _no_tenant(question)
        return
    yield from _port_25(question)
    yield from _not_said(question)
    listed = question.world.connectors_listing(site.public_ip)
    others = {one.tenant.name for one in listed if one.connector.is_on_premises and one.connector.enabled}
    others -= {tenant.name}
    if not others:
        yield from _shared_with(question, site, tenant)
    else:
        yield (
            f"address of its own? No: {site.public_ip} is on a connector of {', '.join(sorted(others))} too, and "
            "either could relay as the other; match by certificate, or get an address of one's own"
        )
        yield _by_certificate(site.name)


def _no_tenant(question: Question) -> str:
    return f"tenant? None: {question.sender.from_address.domain} is no accepted domain of a tenant described"


def _by_certificate(name: str) -> str:
    """Ask for what stands in place of an address, and no world file says (facts MX-ATTR-08, -09, MX-CON-12)."""
    return (
        f"does it present a certificate{NOT_KNOWN}with one of a public CA, for a name in an accepted domain, a "
        f"connector needs no address: New-InboundConnector -Name {quoted(f'Relay from {name}')} -ConnectorType "
        "OnPremises -SenderDomains * -TlsSenderCertificateName NAME-ON-THE-CERTIFICATE"
    )


def _shared_with(question: Question, site: Site, tenant: Tenant) -> Iterator[str]:
    """Who shares an address would share the trust of a connector that is still to be made for it (fact COR-07)."""
    if any(one.is_on_premises and one.enabled and one.lists(site.public_ip) for one in tenant.inbound_connectors):
        return
    behind = {one.name for one in question.world.sites if one.public_ip == site.public_ip}
    homes = {
        home.name
        for one in question.world.senders
        if one.site in behind and (home := question.world.tenant_of(one.from_address.domain)) is not None
    } - {tenant.name}
    if homes:
        yield (
            f"address of its own? No: senders of {', '.join(sorted(homes))} are behind {site.public_ip} too, and a "
            "connector for it would let them relay as this tenant; match by certificate, or get an address of one's own"
        )
        yield _by_certificate(site.name)


def for_connector(question: Question) -> Iterator[str]:
    """Say what speaks for a connector."""
    site = _site(question)
    if site is not None:
        yield f"static IPv4? As the world file has it, {site.public_ip} of {site.name}: ask the provider if it stays"
        yield _line_of(question, site)


def _line_of(question: Question, site: Site) -> str:
    if question.unsaid.has_guessed_line(site):
        return f"port 25 open{NOT_KNOWN}ask the provider of {site.name}, before anything is bought or changed"
    return f"port 25 open? As the world file has it, at {site.name}"


def connector(question: Question) -> Iterator[Preparation]:
    """Give the steps before a connector relay."""
    site, tenant = _site(question), question.tenant
    if site is None or tenant is None or not isinstance(site.public_ip, IPv4Address):
        return
    address = site.public_ip
    yield from _on_a_connector(question, tenant, site, address)
    yield from _over_ipv4(site, tenant)
    yield from spf(question, site)
    yield from _settings(question, Method.CONNECTOR_RELAY)


def _on_a_connector(question: Question, tenant: Tenant, site: Site, address: IPv4Address) -> Iterator[Preparation]:
    """Have the address on one connector: on the one that lists it, whose SenderDomains decide nothing (fact MX-CON-02).

    Of those that do not, one that is kept for other domains is left alone. None is without SenderDomains (fact COR-47):
    where the world file has none, they are not known, and an administrator looks before anything is changed.
    """
    mine = [one for one in tenant.inbound_connectors if one.is_on_premises and one.enabled and not one.blocked]
    listing = [one for one in mine if one.lists(address)]
    if listing:
        if not any(one.sender_domains for one in listing):
            yield _exported_again(listing[0], f"SenderDomains; {address} is on it, and needs no second connector")
        return
    by_address = [one for one in mine if one.sender_ip_addresses]
    hearing = [one for one in by_address if one.hears(question.sender.from_address)]
    old = next(chain(hearing, (one for one in by_address if not one.sender_domains)), None)
    if old is not None and not old.sender_domains:
        yield _exported_again(old, "SenderDomains")
    yield _listed(tenant, old, site, address)


def _exported_again(connector: InboundConnector, lacks: str) -> Preparation:
    what = f"export connector {connector.name} again first, and import that: the world file does not say its {lacks}"
    line = inbound_connectors.SHAPE.command
    return Preparation(Step(kind=Kind.CMDLET, what=what, lines=(line,), source=citations.GET_INBOUND_CONNECTOR))


def _listed(tenant: Tenant, old: InboundConnector | None, site: Site, address: IPv4Address) -> Preparation:
    network = IPv4Network(address)
    if old is not None:
        # Added to what is there, so that the lines of a plan can be run in any order, and one of them left out.
        line = f"Set-InboundConnector -Identity {quoted(old.name)} -SenderIPAddresses @{{Add={quoted(str(address))}}}"
        what, source = f"put the address of {site.name} on the connector", citations.SET_INBOUND_CONNECTOR
    else:
        name = _free_name(tenant, f"Relay from {site.name}")
        new = InboundConnector(
            name=name,
            connector_type=ConnectorType.ON_PREMISES,
            sender_domains=("*",),
            sender_ip_addresses=(network,),
        )
        line = (
            f"New-InboundConnector -Name {quoted(name)} -ConnectorType OnPremises -SenderDomains * "
            f"-SenderIPAddresses {address}"
        )
        what, source = f"make a connector for the address of {site.name}", citations.NEW_INBOUND_CONNECTOR

    def changed(one: Tenant) -> Tenant:
        if old is None:
            return replace(one, inbound_connectors=(*one.inbound_connectors, new))
        there = tuple(
            replace(held, sender_ip_addresses=(*held.sender_ip_addresses, network)) if held.name == old.name else held
            for held in one.inbound_connectors
        )
        return replace(one, inbound_connectors=there)

    return Preparation(Step(kind=Kind.CMDLET, what=what, lines=(line,), source=source), in_tenant(tenant, changed))


def _free_name(tenant: Tenant, name: str) -> str:
    taken = {one.name.casefold() for one in tenant.inbound_connectors}
    return next(
        one for one in (name, *(f"{name} {number}" for number in range(2, 1000))) if one.casefold() not in taken
    )


def _over_ipv4(site: Site, tenant: Tenant) -> Iterator[Preparation]:
    """A dual-stack line would come over IPv6, which no connector knows (fact COR-02)."""
    if site.public_ipv6 is None:
        return
    domain = next((one for one in tenant.accepted_domains if one.default), None) or next(
        iter(reversed(tenant.accepted_domains)), None
    )
    if domain is None or domain.ipv6_for_accepted_domain is Switch.OFF:
        return
    name = domain.name

    def changed(one: Tenant) -> Tenant:
        domains = tuple(
            replace(held, ipv6_for_accepted_domain=Switch.OFF) if held.name == name else held
            for held in one.accepted_domains
        )
        return replace(one, accepted_domains=domains)

    yield Preparation(
        Step(
            kind=Kind.CMDLET,
            what=f"{site.name} is dual-stack and would arrive over IPv6, which no connector lists",
            lines=(f"Disable-IPv6ForAcceptedDomain -Domain {name}",),
            source=citations.DISABLE_IPV6,
        ),
        in_tenant(tenant, changed),
    )


def against_direct_send(question: Question) -> Iterator[str]:
    """Say what no step can mend for Direct Send."""
    sender, tenant = question.sender, question.tenant
    if outside := are_outside(question.world, sender):
        yield f"internal only? No: {outside}, where Direct Send gets 550 5.7.64"
    elif question.internal_not_said and sender.today is not Method.DIRECT_SEND:
        yield question.internal_not_said.obstacle
    if sender.site is None and sender.today is not Method.DIRECT_SEND:
        yield f"port 25 open{NOT_KNOWN}nobody says where the sender stands; write its site into the world file"
    yield from _port_25(question)
    yield from _not_said(question)
    if sender.messages_per_day >= terms.HIGH_VOLUME:
        yield f"volume? Too much: {counted(sender.messages_per_day, 'message')} a day, and one address is throttled"
    if tenant is not None and tenant.organization_config.reject_direct_send:
        yield "Direct Send allowed? No: RejectDirectSend is on (550 5.7.68); keep it on, and use a connector"


def for_direct_send(question: Question) -> Iterator[str]:
    """Say what speaks for Direct Send."""
    yield str(question.internal_not_said or "internal only? Yes, groups expanded")
    site = _site(question)
    if site is not None:
        yield _line_of(question, site)
    yield f"volume? Low: {counted(question.sender.messages_per_day, 'message')} a day"


def direct_send(question: Question) -> Iterator[Preparation]:
    """Give the steps before Direct Send."""
    site = _site(question)
    if site is not None and question.tenant is not None:
        yield from spf(question, site)
    yield from _settings(question, Method.DIRECT_SEND)


def _settings(question: Question, method: Method) -> Iterator[Preparation]:
    if question.sender.today is method:
        return
    host = mx_name(question.world, question.sender)
    yield Preparation(
        Step(
            kind=Kind.SENDER,
            what="change the sender's settings last",
            lines=(f"{host}, port 25, STARTTLS where it can, no sign-in",),
            source=citations.ENDPOINTS,
        )
    )
