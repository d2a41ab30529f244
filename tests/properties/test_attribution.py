"""Laws of attribution, held against random tenants, connectors, clients and messages."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from ipaddress import IPv4Network, ip_address

from hypothesis import given
from hypothesis import strategies as st

from relaylab.domain.arrival import Arrival
from relaylab.domain.attribution import Attribution
from relaylab.domain.certificate import ChainFault
from relaylab.domain.connector import ConnectorType, InboundConnector
from relaylab.domain.event import Attributed
from relaylab.domain.message import Placement
from relaylab.domain.peer import Peer, TlsFacts
from relaylab.domain.recipients import DynamicDistributionGroup, MailUser
from relaylab.domain.tenant import AcceptedDomain, DistributionGroup, MailContact, Tenant
from relaylab.domain.world import World
from relaylab.engine.attribution import attribute
from tests.builders import TLS, a_certificate, a_connector, a_domain, a_mailbox, a_tenant, an_address, at
from tests.session.lines import Lab

DOMAINS = ("contoso.com", "plant.contoso.com", "fabrikam.com", "northwind.example")
ADDRESSES = ("198.51.100.7", "198.51.100.130", "203.0.113.42", "2001:db8::7")
NETWORKS = ("198.51.100.0/24", "198.51.100.0/25", "198.51.100.7/32", "203.0.113.40/29")
NAMES = (*DOMAINS, "mail.contoso.com", "relay.example.net", *(f"*.{domain}" for domain in DOMAINS))
PEOPLE = tuple(f"someone@{domain}" for domain in (*DOMAINS, "adatum.example"))
ROLES = ("someone", "all", "outer", "some", "driver", "contact", "nobody")
RECIPIENTS = (*PEOPLE, *(f"{role}@{domain}" for role in ROLES for domain in DOMAINS))
STRICTER, EARLIER = "2026-12-01", "2023-10-31"

_known = st.builds(
    InboundConnector,
    name=st.just("one"),
    connector_type=st.sampled_from(ConnectorType),
    enabled=st.sampled_from((True, True, True, False)),
    sender_domains=st.lists(st.sampled_from(("*", *DOMAINS)), max_size=2, unique=True).map(tuple),
    sender_ip_addresses=st.lists(st.sampled_from(NETWORKS).map(IPv4Network), max_size=2).map(tuple),
    tls_sender_certificate_name=st.none() | st.sampled_from(NAMES),
    require_tls=st.booleans(),
    restrict_domains_to_ip_addresses=st.booleans(),
    restrict_domains_to_certificate=st.booleans(),
    associated_accepted_domains=st.lists(st.sampled_from(DOMAINS).map(a_domain), max_size=1).map(tuple),
)
_between_tenants = st.builds(
    InboundConnector,
    name=st.just("one"),
    connector_type=st.sampled_from(ConnectorType),
    trusted_organizations=st.sampled_from(DOMAINS).map(lambda domain: (domain,)),
)
_connectors = st.one_of(_known, _known, _known, _between_tenants)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Up to four tenants that share out the domains."""
    owners = draw(st.lists(st.integers(0, 3), min_size=len(DOMAINS), max_size=len(DOMAINS)))
    return World(tenants=tuple(draw(_tenants(number, owners)) for number in sorted(set(owners))))


@st.composite
def _tenants(draw: st.DrawFn, number: int, owners: list[int]) -> Tenant:
    mine = [domain for domain, owner in zip(DOMAINS, owners, strict=True) if owner == number]
    domains = tuple(AcceptedDomain(a_domain(one), match_sub_domains=draw(st.booleans())) for one in mine)
    connectors = draw(st.lists(_connectors, max_size=4))
    members = draw(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3))
    return a_tenant(
        f"tenant{number}",
        *domains,
        mailboxes=tuple(a_mailbox(f"someone@{domain}") for domain in mine),
        distribution_groups=(
            DistributionGroup(an_address(f"all@{mine[0]}"), tuple(map(an_address, members))),
            DistributionGroup(an_address(f"outer@{mine[0]}"), (an_address(f"all@{mine[0]}"),)),
        ),
        dynamic_distribution_groups=(
            DynamicDistributionGroup(an_address(f"some@{mine[0]}"), tuple(map(an_address, members))),
        ),
        mail_users=(MailUser(an_address(f"driver@{mine[0]}"), an_address("driver@adatum.example")),),
        mail_contacts=(MailContact("Away", an_address("away@adatum.example"), (an_address(f"contact@{mine[0]}"),)),),
        inbound_connectors=tuple(replace(one, name=f"c{place}") for place, one in enumerate(connectors)),
    )


@dataclass(frozen=True)
class Client:
    """Who connects; ``names`` are of a certificate, trusted or not."""

    ip: str
    names: tuple[str, ...]
    trusted: bool

    @property
    def tls(self) -> TlsFacts:
        defect = None if self.trusted else ChainFault.UNTRUSTED_ROOT
        return replace(TLS, client_certificate=a_certificate(*self.names, defect=defect) if self.names else None)


clients = st.builds(
    Client,
    st.sampled_from(ADDRESSES),
    st.lists(st.sampled_from(NAMES), max_size=2, unique=True).map(tuple),
    st.sampled_from((True, True, False)),
)
_days = st.sampled_from((EARLIER, STRICTER))
senders = st.none() | st.sampled_from(PEOPLE)


# What the documents say, written down as slowly as possible -----------------------------------------------------------


def may_relay(world: World, client: Client, *senders: str | None) -> bool:
    """Facts MX-ATTR-02, -08 and -09, and MX-CON-09, connector by connector."""
    return any(
        _admits(tenant, connector, client, [one for one in senders if one and _owner(world, one) == tenant.name])
        for tenant in world.tenants
        for connector in tenant.inbound_connectors
        if connector.enabled and connector.connector_type is ConnectorType.ON_PREMISES
    )


def _owner(world: World, sender: str) -> str:
    """Whose a sender is: the tenant's with the longest domain that is the sender's, or above it with its subdomains."""
    own = sender.partition("@")[2]
    fitting = [
        (len(str(domain.name)), tenant.name)
        for tenant in world.tenants
        for domain in tenant.accepted_domains
        if str(domain.name) == own or (domain.match_sub_domains and own.endswith(f".{domain.name}"))
    ]
    return max(fitting)[1] if fitting else ""


def _admits(tenant: Tenant, connector: InboundConnector, client: Client, senders: list[str]) -> bool:
    limited_to = {str(domain) for domain in connector.associated_accepted_domains}

    def is_its_own(name: str) -> bool:
        domain = tenant.accepted_domain(a_domain(name))
        return domain is not None and (not limited_to or str(domain.name) in limited_to)

    wanted = connector.tls_sender_certificate_name
    named = client.trusted and wanted is not None and any(_matches(wanted, name) for name in client.names)
    listed = any(ip_address(client.ip) in network for network in connector.sender_ip_addresses)
    from_home = any(is_its_own(sender.partition("@")[2]) for sender in senders)
    return (listed and from_home) or (named and (from_home or is_its_own((wanted or "").removeprefix("*."))))


def _matches(wanted: str, name: str) -> bool:
    if not wanted.startswith("*."):
        return wanted == name
    return f".{name.removeprefix('*.')}".endswith(wanted.removeprefix("*"))


def attributed(world: World, client: Client, mail_from: str | None, header_from: str | None = None) -> Attribution:
    arrival = Arrival.of(Peer(ip_address(client.ip)), client.tls, at(STRICTER))
    return attribute(
        world,
        arrival,
        an_address(mail_from) if mail_from else None,
        an_address(header_from) if header_from else None,
    )


# Laws -----------------------------------------------------------------------------------------------------------------


@given(worlds(), clients, senders, senders)
def test_a_message_is_originating_exactly_where_the_documents_say_so(
    world: World, client: Client, mail_from: str | None, header_from: str | None
) -> None:
    assert may_relay(world, client, mail_from) == attributed(world, client, mail_from).may_relay
    assert (
        may_relay(world, client, mail_from, header_from) == attributed(world, client, mail_from, header_from).may_relay
    )


@given(worlds(), clients, senders)
def test_the_evidence_names_every_connector_exactly_once_and_at_most_one_decided(
    world: World, client: Client, mail_from: str | None
) -> None:
    found = attributed(world, client, mail_from)

    named = Counter((one.tenant, one.connector) for one in found.evidence)
    assert Counter((tenant.name, one.name) for tenant in world.tenants for one in tenant.inbound_connectors) == named
    assert int(found.may_relay) == sum(one.decided for one in found.evidence)
    assert all(one.finding for one in found.evidence)


@given(worlds(), clients, senders)
def test_the_connector_that_decided_is_in_use_and_its_tenant_owns_what_it_decided_by(
    world: World, client: Client, mail_from: str | None
) -> None:
    found = attributed(world, client, mail_from)

    if found.may_relay:
        assert found.tenant is not None
        assert found.connector in found.tenant.inbound_connectors
        assert may_relay(
            World(tenants=(replace(found.tenant, inbound_connectors=(found.connector,)),)), client, mail_from
        )


@given(worlds(), clients, senders, senders, st.lists(st.sampled_from(RECIPIENTS), min_size=1, max_size=4), _days)
def test_no_message_without_attribution_reaches_anybody_outside(  # noqa: PLR0913, PLR0917 - all that a message is
    world: World, client: Client, mail_from: str | None, header_from: str | None, to: list[str], day: str
) -> None:
    lab = Lab(world, at=at(day))
    line = lab.connect_mx(client.ip).secure(client.tls)
    line.say(f"MAIL FROM:<{mail_from or ''}>")
    for recipient in to:
        line.say(f"RCPT TO:<{recipient}>")
    if line.say("DATA").startswith("354"):
        line.message(f"From: {header_from or 'someone@adatum.example'}\r\n\r\nx\r\n".encode())

    names = (mail_from, header_from) if day == EARLIER else (mail_from,)
    for message in (one for one in lab.kept if one.report_of is None):
        for copy in message.copies:
            leaves = copy.placed is Placement.OUTSIDE and world.recipient(copy.through).is_outside
            assert not leaves or may_relay(world, client, *names)
            owned = world.recipient(copy.through).tenant
            assert copy.placed is not Placement.OUTSIDE or owned or may_relay(world, client, *names)
    told = [event for event in lab.events if isinstance(event, Attributed)]
    assert told
    for event in told:
        named = Counter((one.tenant, one.connector) for one in event.attribution.evidence)
        assert Counter((t.name, one.name) for t in world.tenants for one in t.inbound_connectors) == named


def test_a_thousand_tenants_do_not_make_a_message_dearer() -> None:
    def looked_at(tenants: int) -> int:
        """Count the connectors that an attribution and its verdicts touch, of a world with so many tenants."""
        others = tuple(
            a_tenant(f"t{number}", f"t{number}.example", inbound_connectors=(a_connector(f"203.0.{number % 256}.9"),))
            for number in range(tenants)
        )
        world = World(tenants=(*others, a_tenant(inbound_connectors=(a_connector(),))))
        found = attributed(world, Client("198.51.100.7", (), trusted=True), "scanner@contoso.com")
        return len(found.witness.involved()) if found.witness else 0

    assert looked_at(1) == looked_at(1_000)
