"""Whose message it is: certificate, then address and sender, then the recipient's tenant; with evidence."""

from dataclasses import replace

import pytest

from relaylab.domain.arrival import Arrival
from relaylab.domain.attribution import Attribution, Basis, RiskKind
from relaylab.domain.certificate import ChainFault
from relaylab.domain.connector import ConnectorType, InboundConnector
from relaylab.domain.tenant import AcceptedDomain, Tenant
from relaylab.domain.world import World
from relaylab.engine.attribution import attribute
from tests.builders import (
    OFFICE_IP,
    TLS,
    TODAY,
    a_certificate,
    a_connector,
    a_domain,
    a_peer,
    a_tenant,
    a_world,
    an_address,
    at,
)

ELSEWHERE = "203.0.113.200"


def by_certificate(name: str, **changes: object) -> InboundConnector:
    return a_connector(name="cert", sender_ip_addresses=(), tls_sender_certificate_name=name, **changes)


def owning(tenant: str, *connectors: InboundConnector, domains: tuple[str | AcceptedDomain, ...] = ()) -> Tenant:
    return a_tenant(tenant, *domains, inbound_connectors=connectors)


def arriving(
    world: World,
    *names: str,
    mail_from: str | None = "scanner@contoso.com",
    header_from: str | None = None,
    ip: str = OFFICE_IP,
    defect: ChainFault | None = None,
) -> Attribution:
    """Attribute a message; with names the client shows a certificate for them."""
    tls = replace(TLS, client_certificate=a_certificate(*names, defect=defect)) if names else None
    return attribute(
        world,
        Arrival.of(a_peer(ip), tls, at(TODAY)),
        an_address(mail_from) if mail_from else None,
        an_address(header_from) if header_from else None,
    )


def told(attribution: Attribution) -> str:
    return "\n".join(one.sentence for one in attribution.evidence)


# The order ----------------------------------------------------------------------------------------------------------


def test_a_certificate_for_an_accepted_domain_decides_whoever_the_sender_is() -> None:
    found = arriving(a_world(owning("contoso", by_certificate("contoso.com"))), "contoso.com", mail_from=None)

    assert (True, Basis.CERTIFICATE, ()) == (found.may_relay, found.basis, found.risks)


def test_a_certificate_wins_over_an_address_on_a_connector_of_another_tenant() -> None:
    world = a_world(owning("fabrikam", a_connector()), owning("contoso", by_certificate("contoso.com")))
    found = arriving(world, "contoso.com", mail_from="desk@fabrikam.com")

    assert found.tenant is not None
    assert "contoso" == found.tenant.name
    assert "the certificate decided for connector 'cert' before" in told(found)


def test_the_most_specific_accepted_domain_decides_between_two_tenants() -> None:
    world = a_world(
        owning("contoso", by_certificate("*.contoso.com")),
        owning("plant", by_certificate("*.plant.contoso.com"), domains=("plant.contoso.com",)),
    )
    found = arriving(world, "mail.plant.contoso.com", mail_from=None)

    assert found.tenant is not None
    assert "plant" == found.tenant.name


@pytest.mark.parametrize("in_order", [True, False])
def test_it_is_the_accepted_domain_that_is_compared_not_the_name_that_the_connector_wants(*, in_order: bool) -> None:
    wide = AcceptedDomain(a_domain("contoso.com"), match_sub_domains=True)
    both = [
        owning("contoso", by_certificate("mail.plant.contoso.com"), domains=(wide,)),
        owning("plant", by_certificate("*.plant.contoso.com"), domains=("plant.contoso.com",)),
    ]
    found = arriving(a_world(*(both if in_order else reversed(both))), "mail.plant.contoso.com", mail_from=None)

    assert found.tenant is not None
    assert "plant" == found.tenant.name


@pytest.mark.parametrize("in_order", [True, False])
def test_of_several_names_in_a_certificate_the_one_with_the_most_specific_accepted_domain_decides(
    *, in_order: bool
) -> None:
    world = a_world(
        owning("contoso", by_certificate("*.contoso.com")),
        owning("plant", by_certificate("*.plant.contoso.com"), domains=("plant.contoso.com",)),
    )
    names = ("mail.contoso.com", "mail.plant.contoso.com")
    found = arriving(world, *(names if in_order else reversed(names)), mail_from=None)

    assert found.tenant is not None
    assert "plant" == found.tenant.name


@pytest.mark.parametrize("in_order", [True, False])
def test_an_exact_name_wins_over_a_wildcard_of_the_same_tenant(*, in_order: bool) -> None:
    exact = replace(by_certificate("contoso.com"), name="exact")
    wildcard = replace(by_certificate("*.contoso.com"), name="wildcard")
    both = (exact, wildcard) if in_order else (wildcard, exact)
    found = arriving(a_world(owning("contoso", *both)), "contoso.com", mail_from=None)

    assert found.connector == exact


def test_an_address_on_connectors_of_two_tenants_is_told_apart_by_mail_from() -> None:
    world = a_world(owning("contoso", a_connector()), owning("fabrikam", a_connector()))

    tenants = [
        arriving(world, mail_from=sender).tenant for sender in ("a@contoso.com", "b@fabrikam.com", "c@adatum.com")
    ]

    assert ["contoso", "fabrikam", None] == [tenant and tenant.name for tenant in tenants]


def test_a_partner_connector_grants_no_relay() -> None:
    found = arriving(a_world(owning("contoso", a_connector(connector_type=ConnectorType.PARTNER))))

    assert not found.may_relay
    assert "a Partner connector grants no relay; it lists the IP" in told(found)


def test_the_from_header_counts_where_it_is_handed_in() -> None:
    world = a_world(owning("contoso", a_connector()))

    assert not arriving(world, mail_from="x@adatum.com").may_relay
    assert arriving(world, mail_from="x@adatum.com", header_from="scanner@contoso.com").may_relay


def test_a_subdomain_counts_where_the_accepted_domain_matches_subdomains() -> None:
    def from_a_subdomain(*, wide: bool) -> Attribution:
        domain = AcceptedDomain(a_domain("contoso.com"), match_sub_domains=wide)
        world = a_world(owning("contoso", a_connector(), domains=(domain,)))
        return arriving(world, mail_from="scanner@floor.contoso.com")

    assert not from_a_subdomain(wide=False).may_relay
    assert from_a_subdomain(wide=True).may_relay


def test_a_subdomain_that_another_tenant_has_is_not_the_one_s_that_has_the_domain_above() -> None:
    above = AcceptedDomain(a_domain("contoso.com"), match_sub_domains=True)
    world = a_world(owning("contoso", a_connector(), domains=(above,)), owning("plant", domains=("plant.contoso.com",)))

    assert not arriving(world, mail_from="scanner@plant.contoso.com").may_relay
    assert arriving(world, mail_from="scanner@office.contoso.com").may_relay


# Certificates -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("connector", "certificate", "matches"),
    [
        ("contoso.com", "contoso.com", True),
        ("contoso.com", "CONTOSO.COM", True),
        ("contoso.com", "mail.contoso.com", False),
        ("*.contoso.com", "mail.contoso.com", True),
        ("*.contoso.com", "a.b.contoso.com", True),
        ("*.contoso.com", "contoso.com", True),
        ("*.contoso.com", "*.contoso.com", True),
        ("*.contoso.com", "notcontoso.com", False),
    ],
)
def test_a_connector_s_name_is_matched_with_the_certificate_s(
    connector: str, certificate: str, *, matches: bool
) -> None:
    found = arriving(a_world(owning("contoso", by_certificate(connector))), certificate, mail_from=None)

    assert matches == found.may_relay


def test_any_name_of_the_certificate_may_match() -> None:
    world = a_world(owning("contoso", by_certificate("contoso.com")))

    assert arriving(world, "printer", "contoso.com", mail_from=None).may_relay


def test_a_certificate_of_an_untrusted_chain_identifies_nobody_and_the_evidence_says_why() -> None:
    world = a_world(owning("contoso", by_certificate("contoso.com")))
    found = arriving(world, "contoso.com", defect=ChainFault.UNTRUSTED_ROOT)

    assert not found.may_relay
    assert "it wants a certificate for contoso.com, and the client's is not trusted: its chain ends in" in told(found)


def test_a_certificate_domain_that_is_not_accepted_works_through_the_sender_and_is_at_risk() -> None:
    world = a_world(owning("contoso", by_certificate("relay.example.net")))
    found = arriving(world, "relay.example.net")

    assert found.may_relay
    assert [RiskKind.CERTIFICATE_DOMAIN_NOT_ACCEPTED] == [risk.kind for risk in found.risks]
    assert not arriving(world, "relay.example.net", mail_from="x@adatum.com").may_relay


def test_a_name_below_an_accepted_domain_is_not_that_domain() -> None:
    found = arriving(a_world(owning("contoso", by_certificate("mail.contoso.com"))), "mail.contoso.com")

    assert [RiskKind.CERTIFICATE_DOMAIN_NOT_ACCEPTED] == [risk.kind for risk in found.risks]
    assert found.risks[0].sentence.endswith(
        "to end that, make mail.contoso.com an accepted domain of tenant contoso, or Set-InboundConnector "
        "-Identity 'cert' -TlsSenderCertificateName '*.contoso.com'"
    )


BOTH = ("mail.contoso.com", "mail.fabrikam.com")


@pytest.mark.parametrize("in_order", [True, False])
@pytest.mark.parametrize("sender", ["contoso", "fabrikam"])
def test_between_tenants_that_a_certificate_fits_equally_well_the_sender_decides(
    sender: str, *, in_order: bool
) -> None:
    both = [owning(one, by_certificate(f"*.{one}.com")) for one in ("contoso", "fabrikam")]
    found = arriving(a_world(*(both if in_order else reversed(both))), *BOTH, mail_from=f"scanner@{sender}.com")

    assert found.tenant is not None
    assert sender == found.tenant.name


def test_a_more_specific_accepted_domain_decides_against_the_sender() -> None:
    world = a_world(
        owning("contoso", by_certificate("*.contoso.com")),
        owning("plant", by_certificate("*.plant.contoso.com"), domains=("plant.contoso.com",)),
    )
    found = arriving(world, "mail.plant.contoso.com", mail_from="scanner@contoso.com")

    assert found.tenant is not None
    assert "plant" == found.tenant.name


@pytest.mark.parametrize("mail_from", [None, "scanner@contoso.com"])
def test_a_certificate_that_fits_several_tenants_works_and_is_at_risk(mail_from: str | None) -> None:
    world = a_world(*(owning(one, by_certificate(f"*.{one}.com")) for one in ("contoso", "fabrikam")))
    found = arriving(world, *BOTH, mail_from=mail_from)

    assert [RiskKind.CERTIFICATE_OF_SEVERAL_TENANTS] == [risk.kind for risk in found.risks]
    assert "of tenant contoso (mail.contoso.com) and of tenant fabrikam (mail.fabrikam.com)" in found.risks[0].sentence
    assert not arriving(world, BOTH[0], mail_from=mail_from).risks


def test_a_certificate_that_fits_several_tenants_only_by_the_sender_is_at_both_risks() -> None:
    world = a_world(*(owning(one, by_certificate(f"mail.{one}.com")) for one in ("contoso", "fabrikam")))

    assert [RiskKind.CERTIFICATE_DOMAIN_NOT_ACCEPTED, RiskKind.CERTIFICATE_OF_SEVERAL_TENANTS] == [
        risk.kind for risk in arriving(world, *BOTH).risks
    ]


# What weakens or limits it ------------------------------------------------------------------------------------------


def test_an_address_that_other_tenants_list_works_and_is_at_risk() -> None:
    world = a_world(owning("contoso", a_connector()), owning("fabrikam", a_connector()))
    found = arriving(world)

    assert found.may_relay
    assert [RiskKind.SHARED_ADDRESS] == [risk.kind for risk in found.risks]
    assert "tenant fabrikam" in found.risks[0].sentence


@pytest.mark.parametrize("other", [{"enabled": False}, {"connector_type": ConnectorType.PARTNER}])
def test_an_address_is_shared_only_through_connectors_that_would_relay(other: dict[str, object]) -> None:
    world = a_world(owning("contoso", a_connector()), owning("fabrikam", a_connector(**other)))  # type: ignore[arg-type]

    assert () == arriving(world).risks


def test_associated_accepted_domains_limit_a_connector() -> None:
    limited = a_connector(associated_accepted_domains=(a_domain("contoso.net"),))
    found = arriving(a_world(owning("contoso", limited, domains=("contoso.com", "contoso.net"))))

    assert not found.may_relay
    assert "it is limited to the accepted domains contoso.net" in told(found)


def test_over_ipv6_the_evidence_says_that_connectors_hold_ipv4_only() -> None:
    found = arriving(a_world(owning("contoso", a_connector())), ip="2001:db8::7")

    assert "arrived over IPv6 from 2001:db8::7; connectors hold IPv4 only" in told(found)


@pytest.mark.parametrize(
    ("network", "listed"), [("198.51.100.0/24", True), ("198.51.100.0/29", True), ("198.51.100.8/29", False)]
)
def test_an_address_is_found_in_a_block(network: str, *, listed: bool) -> None:
    assert listed == arriving(a_world(owning("contoso", a_connector(network)))).may_relay


def test_mail_of_the_tenant_counts_as_internal_where_its_connector_says_so() -> None:
    connector = a_connector(treat_messages_as_internal=True)
    world = a_world(owning("contoso", connector))

    assert arriving(world).counts_as_internal
    assert not arriving(a_world(owning("contoso", a_connector()))).counts_as_internal


# Evidence -----------------------------------------------------------------------------------------------------------


def test_the_evidence_says_of_each_connector_all_that_it_lacks() -> None:
    both = a_connector(ELSEWHERE, name="both", tls_sender_certificate_name="contoso.com")
    world = a_world(owning("contoso", both, a_connector(name="off", enabled=False)), owning("fabrikam", a_connector()))
    found = arriving(world, mail_from="x@adatum.com")

    foreign = "it lists the IP, but adatum.com is not an accepted domain of the tenant"
    no_certificate = "it wants a certificate for contoso.com, and the connection is not encrypted"
    assert [
        f"connector 'both' of tenant contoso: {no_certificate}; 198.51.100.7 is not among its sender_ip_addresses",
        f"connector 'off' of tenant contoso: it is disabled; {foreign}",
        f"connector 'hq' of tenant fabrikam: {foreign}",
    ] == [one.sentence for one in found.evidence]


def test_a_verdict_names_those_that_come_into_question_and_nobody_else() -> None:
    strangers = [owning(f"tenant{number}", a_connector(ELSEWHERE), domains=(f"t{number}.com",)) for number in range(50)]
    found = arriving(a_world(*strangers, owning("contoso", a_connector(ELSEWHERE))))

    assert 51 == len(found.evidence)
    (said,) = found.rejected()
    assert said.startswith("connector 'hq' of tenant contoso: 198.51.100.7 is not among its sender_ip_addresses; ")
