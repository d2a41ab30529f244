"""Mail that comes in at the tenant MX: Partner connectors, Direct Send, what a domain and its directory take."""

from dataclasses import replace
from datetime import timedelta

import pytest

from relaylab.domain.arrival import Arrival
from relaylab.domain.asks import RcptAsk
from relaylab.domain.certificate import ChainFault
from relaylab.domain.connector import ConnectorType, InboundConnector
from relaylab.domain.peer import TlsFacts
from relaylab.domain.recipients import DynamicDistributionGroup
from relaylab.domain.tenant import AcceptedDomain, DomainType, OrganizationConfig, Switch, Tenant
from relaylab.engine.attribution import attribute
from tests.builders import (
    OFFICE_IP,
    TLS,
    TODAY,
    a_certificate,
    a_connector,
    a_domain,
    a_peer,
    a_rcpt_ask,
    a_tenant,
    a_world,
    an_address,
    at,
)
from tests.rules.judging import rule, said, verdict

OK = "250 2.1.5 Recipient OK"
PARTNER_ONLY = (
    "550 5.7.51 TenantInboundAttribution; There is a partner connector configured that matched the message's recipient "
    "domain. The connector had either the RestrictDomainsToIPAddresses or RestrictDomainsToCertificate set"
)
NO_TLS = "454 4.7.0 Failed to establish appropriate TLS channel: Access Denied"
UNTRUSTED_ROOT = "454 4.7.0 Failed to establish appropriate TLS channel: UntrustedRoot: Access Denied"
DIRECT_SEND = (
    "550 5.7.68 TenantInboundAttribution; Direct Send not allowed for this organization from unauthorized sources"
)
UNKNOWN = "550 5.4.1 Recipient address rejected: Access denied. For more information see https://aka.ms/EXOSmtpErrors"
GATEWAY = "203.0.113.9"
HELP = an_address("scanner@contoso.com")


def a_partner(*networks: str, name: str = "gateway", **changes: object) -> InboundConnector:
    connector = a_connector(*networks, name=name, connector_type=ConnectorType.PARTNER)
    return replace(connector, **changes)  # type: ignore[arg-type]


def showing(*names: str, defect: ChainFault | None = None) -> TlsFacts:
    return replace(TLS, client_certificate=a_certificate(*names, defect=defect))


def arriving(  # noqa: PLR0913 - what a test is about
    tenant: Tenant,
    *,
    mail_from: str | None = "someone@adatum.example",
    to: str = "scanner@contoso.com",
    ip: str = OFFICE_IP,
    tls: TlsFacts | None = TLS,
    now: str = TODAY,
    **changes: object,
) -> RcptAsk:
    world, peer = a_world(tenant), a_peer(ip)
    sender = an_address(mail_from) if mail_from else None
    ask = a_rcpt_ask(to, mail_from=mail_from, world=world, peer=peer, now=now)
    attribution = attribute(world, Arrival.of(peer, tls, at(now)), sender)
    return replace(ask, tls=tls, attribution=attribution, **changes)  # type: ignore[arg-type]


def with_connectors(*connectors: InboundConnector, **changes: object) -> Tenant:
    return replace(a_tenant(inbound_connectors=connectors), **changes)  # type: ignore[arg-type]


# Partner connectors -------------------------------------------------------------------------------------------------


def test_a_partner_connector_restricted_to_addresses_refuses_its_sender_domains_from_elsewhere() -> None:
    tenant = with_connectors(a_partner(GATEWAY, restrict_domains_to_ip_addresses=True))

    assert OK == said(arriving(tenant, ip=GATEWAY))
    assert PARTNER_ONLY == said(arriving(tenant))


def test_the_refusal_says_what_each_connector_of_the_recipient_s_tenant_lacked() -> None:
    strict = a_partner(GATEWAY, restrict_domains_to_ip_addresses=True)
    because = verdict(arriving(with_connectors(strict, a_connector(GATEWAY)))).because

    lacked = f"{OFFICE_IP} is not among its sender_ip_addresses"
    refused = f"a Partner connector grants no relay; {lacked}; its restriction is not met; it wants TLS"
    assert f"connector 'gateway' of tenant contoso: {refused}" in because
    assert f"connector 'hq' of tenant contoso: {lacked}" in because


def of(ask: RcptAsk, name: str = "gateway") -> str:
    """What the evidence of a verdict says of one connector of contoso."""
    found = [one for one in verdict(ask).because if one.startswith(f"connector {name!r} of tenant contoso: ")]
    assert 1 == len(found)
    return found[0]


def test_the_evidence_for_a_recipient_inside_speaks_of_no_way_to_relay() -> None:
    config = OrganizationConfig(reject_direct_send=True)
    careful = with_connectors(a_partner(OFFICE_IP), a_connector(GATEWAY), organization_config=config)
    inside = arriving(careful, mail_from="scanner@contoso.com")
    outside = arriving(careful, mail_from="scanner@contoso.com", to="desk@fabrikam.com")

    assert not any("to relay by it" in one for one in verdict(inside).because)
    assert any("to relay by it" in one for one in outside.evidence())
    assert of(inside).endswith("; it wants TLS; it counts as the sender's for RejectDirectSend")
    assert of(inside, "hq").endswith("; it does not count as the sender's for RejectDirectSend")


def test_the_evidence_says_whether_a_restriction_is_met_and_tls_is_wanted() -> None:
    strict = with_connectors(a_partner(GATEWAY, restrict_domains_to_ip_addresses=True))

    assert of(arriving(strict, ip=GATEWAY, tls=None)).endswith(
        "; its restriction is met; it wants TLS, and the connection is not encrypted"
    )
    assert "TLS" not in of(arriving(with_connectors(a_partner(GATEWAY, require_tls=False))))
    assert "restriction" not in of(arriving(with_connectors(a_partner(GATEWAY))))
    assert "TLS" not in of(arriving(with_connectors(a_partner(GATEWAY, sender_domains=("fabrikam.com",)))))


def test_a_partner_connector_restricted_to_a_certificate_refuses_its_sender_domains_with_another_or_none() -> None:
    tenant = with_connectors(
        a_partner(
            sender_ip_addresses=(),
            tls_sender_certificate_name="*.adatum.example",
            restrict_domains_to_certificate=True,
        )
    )

    assert OK == said(arriving(tenant, tls=showing("mx.adatum.example")))
    assert PARTNER_ONLY == said(arriving(tenant, tls=showing("mx.fabrikam.com")))
    assert PARTNER_ONLY == said(arriving(tenant))


def test_a_certificate_of_an_untrusted_chain_is_none_or_told_so_under_the_other_reading() -> None:
    tenant = with_connectors(
        a_partner(
            sender_ip_addresses=(),
            tls_sender_certificate_name="mx.adatum.example",
            restrict_domains_to_certificate=True,
        )
    )
    ask = arriving(tenant, tls=showing("mx.adatum.example", defect=ChainFault.UNTRUSTED_ROOT))

    assert PARTNER_ONLY == said(ask)
    assert UNTRUSTED_ROOT == said(ask, untrusted_certificate="454")


@pytest.mark.parametrize(
    ("sender_domains", "mail_from", "line"),
    [
        (("*",), "someone@adatum.example", PARTNER_ONLY),
        (("*",), None, PARTNER_ONLY),
        (("adatum.example",), "someone@adatum.example", PARTNER_ONLY),
        (("adatum.example",), "someone@mail.adatum.example", OK),
        (("*.adatum.example",), "someone@mail.adatum.example", PARTNER_ONLY),
        (("adatum.example",), "someone@fabrikam.com", OK),
        (("adatum.example",), None, OK),
        ((), "someone@adatum.example", OK),
    ],
)
def test_a_restriction_holds_for_the_connector_s_sender_domains(
    sender_domains: tuple[str, ...], mail_from: str | None, line: str
) -> None:
    partner = a_partner(GATEWAY, restrict_domains_to_ip_addresses=True, sender_domains=sender_domains)

    assert line == said(arriving(with_connectors(partner), mail_from=mail_from))


def test_a_restriction_that_is_met_by_one_connector_wins_over_another_s() -> None:
    tenant = with_connectors(
        a_partner(GATEWAY, restrict_domains_to_ip_addresses=True),
        a_partner(OFFICE_IP, name="office", restrict_domains_to_ip_addresses=True),
    )

    assert OK == said(arriving(tenant))


def test_a_disabled_partner_connector_and_one_for_other_accepted_domains_restrict_nothing() -> None:
    off = a_partner(GATEWAY, restrict_domains_to_ip_addresses=True, enabled=False)
    other = a_partner(
        GATEWAY, restrict_domains_to_ip_addresses=True, associated_accepted_domains=(a_domain("contoso.net"),)
    )

    assert OK == said(arriving(with_connectors(off)))
    assert OK == said(arriving(with_connectors(other)))


def test_the_same_flags_on_an_on_premises_connector_refuse_nobody() -> None:
    connector = a_connector(GATEWAY, restrict_domains_to_ip_addresses=True, require_tls=True)

    assert OK == said(arriving(with_connectors(connector), tls=None))


def test_originating_mail_is_not_stopped_by_a_partner_connector_of_its_tenant() -> None:
    tenant = with_connectors(a_partner(GATEWAY, restrict_domains_to_ip_addresses=True), a_connector())

    assert OK == said(arriving(tenant, mail_from="scanner@contoso.com"))


@pytest.mark.parametrize("in_order", [True, False])
@pytest.mark.parametrize(
    ("closer", "wider"),
    [
        ({"sender_domains": ("adatum.example",)}, {"sender_domains": ("*.adatum.example",)}),
        ({"sender_domains": ("*.adatum.example",)}, {"sender_domains": ("*",)}),
        ({"sender_domains": ("*",), "sender_ip_addresses": "own"}, {"sender_domains": ("adatum.example",)}),
    ],
    ids=["exact before wildcard", "wildcard before everybody", "known client before its domain"],
)
def test_the_closest_partner_connector_says_whether_tls_is_wanted_wherever_it_stands(
    closer: dict[str, object], wider: dict[str, object], *, in_order: bool
) -> None:
    def answer(*, closest_wants_tls: bool) -> str:
        networks = [OFFICE_IP if closer.get("sender_ip_addresses") else GATEWAY, GATEWAY]
        changes = [{name: value for name, value in one.items() if value != "own"} for one in (closer, wider)]
        wants = [closest_wants_tls, not closest_wants_tls]
        both = [
            a_partner(network, name=name, require_tls=tls, **change)
            for network, name, tls, change in zip(networks, ("closer", "wider"), wants, changes, strict=True)
        ]
        return said(arriving(with_connectors(*(both if in_order else reversed(both))), tls=None))

    assert NO_TLS == answer(closest_wants_tls=True)
    assert OK == answer(closest_wants_tls=False)


@pytest.mark.parametrize("in_order", [True, False])
def test_of_two_equally_close_partner_connectors_each_may_ask_for_tls(*, in_order: bool) -> None:
    both = [a_partner(GATEWAY, name="a", require_tls=True), a_partner(GATEWAY, name="b", require_tls=False)]

    assert NO_TLS == said(arriving(with_connectors(*(both if in_order else reversed(both))), tls=None))


def test_a_partner_connector_with_require_tls_takes_nothing_in_clear() -> None:
    tenant = with_connectors(a_partner(OFFICE_IP))

    assert OK == said(arriving(tenant))
    assert NO_TLS == said(arriving(tenant, tls=None))
    assert OK == said(arriving(with_connectors(a_partner(OFFICE_IP, require_tls=False)), tls=None))


def test_the_connector_that_knows_the_client_wins_over_one_that_merely_hears_its_domain() -> None:
    tenant = with_connectors(a_partner(GATEWAY, require_tls=True), a_partner(OFFICE_IP, name="mine", require_tls=False))

    assert OK == said(arriving(tenant, tls=None))


def test_the_order_at_rcpt_is_restriction_then_tls_then_direct_send_then_the_directory() -> None:
    rejecting = OrganizationConfig(reject_direct_send=True)
    own = {"mail_from": "nobody@contoso.com", "to": "nobody@contoso.com"}
    strict = with_connectors(a_partner(GATEWAY, restrict_domains_to_ip_addresses=True), organization_config=rejecting)
    careful = with_connectors(a_partner(GATEWAY), organization_config=rejecting)

    assert PARTNER_ONLY == said(arriving(strict, tls=None, **own))
    assert NO_TLS == said(arriving(careful, tls=None, **own))
    assert DIRECT_SEND == said(arriving(careful, **own))  # type: ignore[arg-type]
    assert UNKNOWN == said(arriving(with_connectors(a_partner(GATEWAY)), **own))  # type: ignore[arg-type]


# Direct Send --------------------------------------------------------------------------------------------------------


def a_careful_tenant(*connectors: InboundConnector, changed: str | None = None, rejects: bool = True) -> Tenant:
    config = OrganizationConfig(reject_direct_send=rejects, reject_direct_send_changed=at(changed) if changed else None)
    return with_connectors(*connectors, organization_config=config)


def directly(tenant: Tenant, *, delay: int = 0, **changes: object) -> RcptAsk:
    """Direct Send: the tenant's own sender, from nowhere in particular."""
    ask = arriving(tenant, **{"mail_from": "scanner@contoso.com"} | changes)  # type: ignore[arg-type]
    return replace(ask, direct_send_delay=timedelta(minutes=delay))


@pytest.mark.parametrize("connector", [a_partner(OFFICE_IP), a_partner(OFFICE_IP, require_tls=False), a_connector()])
def test_an_address_on_a_connector_of_the_tenant_is_exempt(connector: InboundConnector) -> None:
    assert OK == said(directly(a_careful_tenant(connector)))


def test_a_connector_that_merely_hears_the_domain_exempts_nobody() -> None:
    assert DIRECT_SEND == said(directly(a_careful_tenant(a_partner(GATEWAY))))


def test_a_partner_s_connector_exempts_the_partner_s_sender_domains_alone() -> None:
    for_another = a_partner(OFFICE_IP, sender_domains=("adatum.com",))
    for_us = a_partner(OFFICE_IP, sender_domains=("adatum.com", "contoso.com"))

    assert DIRECT_SEND == said(directly(a_careful_tenant(for_another)))
    assert OK == said(directly(a_careful_tenant(for_us)))
    assert OK == said(directly(a_careful_tenant(a_connector(OFFICE_IP, sender_domains=("adatum.com",)))))


def test_a_certificate_on_a_partner_connector_of_the_tenant_is_exempt() -> None:
    tenant = a_careful_tenant(a_partner(sender_ip_addresses=(), tls_sender_certificate_name="mail.partner.example"))

    assert OK == said(directly(tenant, tls=showing("mail.partner.example")))
    assert DIRECT_SEND == said(directly(tenant, tls=showing("mail.partner.example", defect=ChainFault.EXPIRED)))


def test_a_connector_of_another_tenant_exempts_nobody() -> None:
    other = a_tenant("fabrikam", inbound_connectors=(a_partner(OFFICE_IP),))
    ask = replace(directly(a_careful_tenant()), recipient=a_world(a_careful_tenant(), other).recipient(HELP))

    assert DIRECT_SEND == said(ask)


def test_an_empty_mail_from_and_a_foreign_one_are_no_direct_send() -> None:
    assert OK == said(arriving(a_careful_tenant(), mail_from=None))
    assert OK == said(arriving(a_careful_tenant()))


def test_a_change_applies_at_once_or_thirty_minutes_later_as_the_reading_has_it() -> None:
    tenant = a_careful_tenant(changed="2026-12-01T09:00:00Z")

    assert OK == said(directly(tenant, now="2026-12-01T08:59:59Z"))
    assert DIRECT_SEND == said(directly(tenant, now="2026-12-01T09:00:00Z"))
    assert OK == said(directly(tenant, delay=30, now="2026-12-01T09:29:59Z"))
    assert DIRECT_SEND == said(directly(tenant, delay=30, now="2026-12-01T09:30:00Z"))


def test_turning_it_off_takes_as_long() -> None:
    tenant = a_careful_tenant(changed="2026-12-01T09:00:00Z", rejects=False)

    assert DIRECT_SEND == said(directly(tenant, delay=30, now="2026-12-01T09:29:59Z"))
    assert OK == said(directly(tenant, delay=30, now="2026-12-01T09:30:00Z"))


# Domains and the directory ------------------------------------------------------------------------------------------


def a_domain_with(**switches: object) -> Tenant:
    return a_tenant("contoso", replace(AcceptedDomain(a_domain("contoso.com")), **switches))  # type: ignore[arg-type]


@pytest.mark.parametrize("switch", ["sending_to_domain_disabled", "outbound_only"])
def test_a_domain_that_takes_no_mail_knows_no_recipient(switch: str) -> None:
    assert UNKNOWN == said(arriving(a_domain_with(**{switch: True})))
    assert "mx.rcpt.domain_takes_no_mail" == rule(arriving(a_domain_with(**{switch: True})))


def test_a_dynamic_group_is_known_on_an_internal_relay_domain_only() -> None:
    def a_group_on(kind: DomainType) -> Tenant:
        group = DynamicDistributionGroup(an_address("staff@contoso.com"), (HELP,))
        domain = AcceptedDomain(a_domain("contoso.com"), kind)
        return a_tenant("contoso", domain, dynamic_distribution_groups=(group,))

    assert UNKNOWN == said(arriving(a_group_on(DomainType.AUTHORITATIVE), to="staff@contoso.com"))
    assert OK == said(arriving(a_group_on(DomainType.INTERNAL_RELAY), to="staff@contoso.com"))


def test_a_tenant_without_any_licence_takes_nothing_unless_it_is_a_trial() -> None:
    assert said(arriving(a_tenant(licences=0))).startswith("550 4.4.4 Mail received as unauthenticated")
    assert OK == said(arriving(a_tenant(licences=0, trial=True)))


def test_mail_for_a_region_is_put_off_at_a_host_of_another() -> None:
    japan = a_domain_with(mail_flow_region="JPN")

    assert said(arriving(japan, region_of_host="EUR")).startswith(
        "451 4.4.62 Mail sent to the wrong Office 365 region."
    )
    assert OK == said(arriving(japan, region_of_host="JPN"))
    assert OK == said(arriving(japan))
    assert OK == said(arriving(a_tenant(), region_of_host="EUR"))


def test_a_domain_without_ipv6_refuses_what_comes_over_it() -> None:
    ask = arriving(a_domain_with(ipv6_for_accepted_domain=Switch.OFF), ip="2001:db8::7")

    assert "550 5.7.510 Access denied, [contoso.com] does not accept email over IPv6" == said(ask)
    assert OK == said(arriving(a_domain_with(ipv6_for_accepted_domain=Switch.OFF)))


def test_anonymous_mail_over_ipv6_needs_a_reverse_name() -> None:
    nameless = arriving(a_tenant(), ip="2001:db8::7", has_reverse_name=False)

    assert "550 5.7.25 Access denied, the sending IPv6 address [2001:db8::7] must have a reverse DNS record" == said(
        nameless
    )
    assert OK == said(nameless, ipv6_without_name="accept")
    assert OK == said(arriving(a_tenant(), ip="2001:db8::7"))
    assert OK == said(arriving(a_tenant(), has_reverse_name=False))
