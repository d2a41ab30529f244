"""Laws of whose a message is and of what would make it leave, held against random worlds and clients.

A remedy is words for an administrator. These tests do what the words say, and look at what came of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from ipaddress import IPv4Network

from hypothesis import assume, given
from hypothesis import strategies as st

from relaylab.domain.attribution import Basis
from relaylab.domain.connector import ConnectorType, InboundConnector
from relaylab.domain.tenant import AcceptedDomain, Tenant
from relaylab.domain.world import World
from tests.builders import a_connector, a_domain, an_address
from tests.properties.test_attribution import PEOPLE, Client, attributed, clients, senders, worlds

# Whose it is ----------------------------------------------------------------------------------------------------------


def owner_of(world: World, sender: str | None) -> Tenant | None:
    return world.tenant_of(an_address(sender).domain) if sender else None


@given(worlds(), clients, senders)
def test_what_an_address_or_a_certificate_that_is_not_accepted_decides_is_the_sender_s_tenant(
    world: World, client: Client, mail_from: str | None
) -> None:
    found = attributed(world, client, mail_from)
    if found.tenant is None or found.connector is None:
        return
    domain = found.connector.certificate_domain
    accepted = found.tenant.accepted_domain(domain) if domain else None

    if found.basis is Basis.ADDRESS or accepted is None:
        assert found.tenant == owner_of(world, mail_from)


@given(worlds(), clients, senders)
def test_a_certificate_is_the_tenant_s_whose_accepted_domain_fits_best_then_the_sender_s(
    world: World, client: Client, mail_from: str | None
) -> None:
    found = attributed(world, client, mail_from)
    fits = {tenant.name: fit for tenant in world.tenants if (fit := _fit(tenant, client))}
    if found.tenant is None or not fits:
        return
    best = {tenant for tenant, fit in fits.items() if fit == max(fits.values())}
    mine = owner_of(world, mail_from)

    assert found.tenant.name in best
    is_limited = any(owned.connector.associated_accepted_domains for owned in world.connectors())
    if mine is not None and mine.name in best and not is_limited:
        assert mine == found.tenant


def _fit(tenant: Tenant, client: Client) -> int:
    """The labels of the longest accepted domain over a name, by a connector whose certificate's domain is accepted."""
    return max((_fit_of(tenant, one, client) for one in tenant.inbound_connectors), default=0)


def _fit_of(tenant: Tenant, one: InboundConnector, client: Client) -> int:
    domain = one.certificate_domain
    accepted = tenant.accepted_domain(domain) if domain else None
    if not (client.trusted and one.enabled and one.is_on_premises and accepted and one.serves(accepted.name)):
        return 0
    names = [a_domain(name.removeprefix("*.")) for name in client.names if one.name_among((name,))]
    over = [own.name for own in tenant.domains if one.serves(own.name) for name in names if name.is_within(own.name)]
    return max((domain.name.count(".") + 1 for domain in over), default=0)


# What would make it leave ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Doing:
    """A world, a client and a sender while somebody does what a remedy says."""

    world: World
    client: Client
    mail_from: str | None

    @property
    def may_relay(self) -> bool:
        return attributed(self.world, self.client, self.mail_from).may_relay

    def made(self, tenant: str, connector: InboundConnector) -> Doing:
        owner = _of(self.world, tenant)
        connectors = (*owner.inbound_connectors, connector)
        return self.changed(replace(owner, inbound_connectors=connectors))

    def changed(self, tenant: Tenant) -> Doing:
        tenants = tuple(tenant if one.name == tenant.name else one for one in self.world.tenants)
        return replace(self, world=World(tenants=tenants))


def do(doing: Doing, tenant: str, remedy: str, choice: int) -> Doing:
    """Do every step of a remedy for a tenant, of several ways the one of that number."""
    for step in remedy.split(", and "):
        ways = step.split(", or ")
        doing = _done(doing, tenant, ways[choice % len(ways)])
    return doing


def _done(doing: Doing, tenant: str, words: str) -> Doing:
    world, client = doing.world, doing.client
    if found := re.fullmatch(r"Set-InboundConnector -Identity '(.+?)' (.+)", words):
        return doing.changed(_set(_of(world, tenant), found[1], found[2]))
    if found := re.search(r"-SenderIPAddresses ([0-9.]+), for this address only, beside the partner's$", words):
        return doing.made(tenant, a_connector(found[1]))
    if found := re.search(r"New-InboundConnector .*-TlsSenderCertificateName '(.+)'$", words):
        name = found[1]
        shows = replace(client, names=client.names if name in client.names else (name,), trusted=True)
        by_name = a_connector(name=name, sender_ip_addresses=(), tls_sender_certificate_name=name)
        return replace(doing.made(tenant, by_name), client=shows)
    if found := re.fullmatch(r"make (\S+) an accepted domain of tenant \S+", words):
        domain, owner = a_domain(found[1]), _of(world, tenant)
        assume(world.tenant_of(domain) in {None, owner})
        return doing.changed(replace(owner, accepted_domains=(*owner.accepted_domains, AcceptedDomain(domain))))
    if found := re.fullmatch(r"send with a MAIL FROM in an accepted domain of tenant \S+: (\S+)", words):
        assume(world.tenant_of(a_domain(found[1])) == _of(world, tenant))  # a connector may be limited to another's
        return replace(doing, mail_from=f"someone@{found[1]}")
    if found := re.fullmatch(r"have the sender show a certificate for (\S+) that a public authority issued", words):
        return replace(doing, client=replace(client, names=(found[1].removeprefix("*."),), trusted=True))
    assume(words != "have the sender connect over IPv4, since connectors hold IPv4 addresses only")
    raise AssertionError(words)


def _of(world: World, name: str) -> Tenant:
    return next(tenant for tenant in world.tenants if tenant.name == name)


def _set(owner: Tenant, name: str, parameters: str) -> Tenant:
    one = next(one for one in owner.inbound_connectors if one.name == name)
    assert one.connector_type is ConnectorType.ON_PREMISES
    after = one
    for parameter, value in re.findall(r"-(\w+) (\$true|@\{Add='[^']+'\}|'[^']+')", parameters):
        bare = value.removeprefix("@{Add=").strip("'}")
        match parameter:
            case "Enabled":
                after = replace(after, enabled=True)
            case "SenderIPAddresses":
                after = replace(after, sender_ip_addresses=(*after.sender_ip_addresses, IPv4Network(bare)))
            case "AssociatedAcceptedDomains":
                served = (*after.associated_accepted_domains, a_domain(bare))
                after = replace(after, associated_accepted_domains=served)
            case "TlsSenderCertificateName":
                after = replace(after, tls_sender_certificate_name=bare)
            case _:
                raise AssertionError(parameter)
    connectors = tuple(after if connector is one else connector for connector in owner.inbound_connectors)
    return replace(owner, inbound_connectors=connectors)


@given(worlds(), clients, senders, st.integers(0, 1))
def test_who_does_what_a_remedy_says_may_relay(
    world: World, client: Client, mail_from: str | None, choice: int
) -> None:
    for one in attributed(world, client, mail_from).evidence:
        if one.remedy:
            assert do(Doing(world, client, mail_from), one.tenant, one.remedy, choice).may_relay, one


@given(worlds(), clients, senders, st.integers(0, 1), clients, st.sampled_from(PEOPLE))
def test_a_remedy_takes_a_relay_from_nobody_and_adds_no_stranger(  # noqa: PLR0913, PLR0917 - two who send
    world: World, client: Client, mail_from: str | None, choice: int, other: Client, author: str
) -> None:
    for one in attributed(world, client, mail_from).evidence:
        if not one.remedy:
            continue
        after = do(Doing(world, client, mail_from), one.tenant, one.remedy, choice).world
        might, may = Doing(world, other, author).may_relay, Doing(after, other, author).may_relay

        assert may or not might, one
        is_in_use_already = "-Enabled" not in one.remedy and "-AssociatedAcceptedDomains" not in one.remedy
        if other.ip != client.ip and not other.names and is_in_use_already and " make " not in f" {one.remedy}":
            assert may == might, one


@given(worlds(), clients, senders)
def test_only_connectors_of_the_sender_s_own_tenant_have_a_remedy_and_no_partner_s_is_near(
    world: World, client: Client, mail_from: str | None
) -> None:
    mine, found = owner_of(world, mail_from), attributed(world, client, mail_from)
    near = found.nearest()

    assert mine is None or {mine.name} >= {one.tenant for one in found.evidence if one.remedy}
    assert near is None or near.connector_type is ConnectorType.ON_PREMISES
