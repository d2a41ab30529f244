"""A relay that is refused: the fix names the connector that came nearest, and the exact cmdlet that it takes."""

from dataclasses import replace

import pytest

from relaylab.domain.arrival import Arrival
from relaylab.domain.asks import DataAsk
from relaylab.domain.certificate import ChainFault
from relaylab.domain.clock import Window
from relaylab.domain.connector import ConnectorType, InboundConnector
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.peer import TlsFacts
from relaylab.domain.tenant import MailContact, Tenant
from relaylab.engine.attribution import attribute
from relaylab.engine.verdict import Verdict
from tests.builders import (
    OFFICE_IP,
    TLS,
    TODAY,
    a_certificate,
    a_connector,
    a_data_ask,
    a_domain,
    a_peer,
    a_rcpt_ask,
    a_recipient,
    a_tenant,
    a_world,
    an_address,
    at,
    just_before,
)
from tests.rules.judging import verdict

ELSEWHERE = "203.0.113.0/24"
OUTSIDE = "desk@fabrikam.com"
PARTNER = ConnectorType.PARTNER
SET = "Set-InboundConnector -Identity 'hq'"
NEW = (
    "New-InboundConnector -Name 'mail.contoso.com' -ConnectorType OnPremises -SenderDomains * -TlsSenderCertificateName"
)


def showing(*names: str, defect: ChainFault | None = None) -> TlsFacts:
    return replace(TLS, client_certificate=a_certificate(*names, defect=defect))


def leaving(
    *connectors: InboundConnector,
    mail_from: str | None = "scanner@contoso.com",
    ip: str = OFFICE_IP,
    tls: TlsFacts | None = TLS,
    tenant: Tenant | None = None,
    beside: tuple[Tenant, ...] = (),
) -> Verdict:
    """The verdict on a message to somebody outside, from an office of contoso, in a world with tenants beside it."""
    owner = replace(tenant or a_tenant(), inbound_connectors=connectors)
    world, peer = a_world(*beside, owner), a_peer(ip)
    recipient = a_recipient(OUTSIDE, world)
    ask: DataAsk = a_data_ask(
        OUTSIDE,
        mail_from=mail_from,
        world=world,
        endpoint=Endpoint.MX,
        peer=peer,
        attribution=attribute(world, Arrival.of(peer, tls, at(TODAY)), an_address(mail_from) if mail_from else None),
        contacts=(recipient,) if recipient.mail_contact else (),
    )
    found = verdict(replace(ask, tls=tls))
    assert found.reply is not None
    assert "550 5.7.64 TenantAttribution; Relay Access Denied" == found.reply.line
    return found


def by_certificate(name: str) -> InboundConnector:
    return replace(a_connector(), sender_ip_addresses=(), tls_sender_certificate_name=name)


@pytest.mark.parametrize(
    ("connector", "arrival", "cmdlet"),
    [
        (a_connector(enabled=False), {}, f"{SET} -Enabled $true"),
        (a_connector(ELSEWHERE), {}, f"{SET} -SenderIPAddresses @{{Add='{OFFICE_IP}'}}"),
        (
            a_connector(associated_accepted_domains=(a_domain("contoso.net"),)),
            {},
            f"{SET} -AssociatedAcceptedDomains @{{Add='contoso.com'}}",
        ),
        (
            by_certificate("relay.contoso.com"),
            {"tls": showing("mail.contoso.com")},
            f"{NEW} 'mail.contoso.com'",
        ),
        (
            a_connector(ELSEWHERE, enabled=False),
            {},
            f"{SET} -Enabled $true -SenderIPAddresses @{{Add='{OFFICE_IP}'}}",
        ),
    ],
    ids=["disabled", "address outside its range", "other accepted domains", "another certificate", "two"],
)
def test_the_fix_names_the_connector_that_nearly_matched_and_its_cmdlet(
    connector: InboundConnector, arrival: dict[str, TlsFacts], cmdlet: str
) -> None:
    found = leaving(connector, **arrival)  # type: ignore[arg-type]

    assert found.fix.startswith(f"{cmdlet} (connector 'hq' of tenant contoso came nearest). Or: ")
    assert any(one.endswith(f"; to relay by it: {cmdlet}") for one in found.because)


def test_what_the_cmdlet_says_is_what_lets_the_message_through() -> None:
    ranged, limited = a_connector(ELSEWHERE), a_connector(associated_accepted_domains=(a_domain("contoso.net"),))
    mended = [
        (a_connector(enabled=False), replace(a_connector(), enabled=True)),
        (ranged, a_connector(ELSEWHERE, OFFICE_IP)),
        (limited, replace(limited, associated_accepted_domains=(a_domain("contoso.net"), a_domain("contoso.com")))),
    ]
    for before, after in mended:
        leaving(before)
        world = a_world(a_tenant(inbound_connectors=(after,)))

        assert attribute(world, Arrival.of(a_peer()), an_address("scanner@contoso.com")).may_relay


@pytest.mark.parametrize(
    ("tls", "ip"),
    [(TLS, OFFICE_IP), (showing("relay.contoso.com", defect=ChainFault.UNTRUSTED_ROOT), OFFICE_IP)],
    ids=["none shown", "untrusted"],
)
def test_a_connector_by_certificate_wants_one_that_is_trusted(tls: TlsFacts, ip: str) -> None:
    found = leaving(by_certificate("relay.contoso.com"), tls=tls, ip=ip)

    assert found.fix.startswith(
        "have the sender show a certificate for relay.contoso.com that a public authority issued"
    )


def test_an_address_of_the_other_family_is_told_to_come_over_ipv4() -> None:
    found = leaving(a_connector(), ip="2001:db8::1")

    assert found.fix.startswith("have the sender connect over IPv4, since connectors hold IPv4 addresses only (")


def test_a_connector_that_knows_the_client_wants_a_sender_of_its_tenant() -> None:
    found = leaving(a_connector(), mail_from="x@adatum.com")

    assert found.fix.startswith("send with a MAIL FROM in an accepted domain of tenant contoso: contoso.com (")


def test_an_empty_mail_from_goes_by_a_certificate_of_an_accepted_domain() -> None:
    found = leaving(a_connector(), mail_from=None)

    assert found.fix.startswith(
        "relay what has an empty MAIL FROM by a certificate of an accepted domain: New-InboundConnector "
        "-ConnectorType OnPremises -SenderDomains * -TlsSenderCertificateName 'contoso.com' ("
    )


ACCEPT_IT = (
    f"make mail.contoso.com an accepted domain of tenant contoso, or {SET} -TlsSenderCertificateName '*.contoso.com'"
)


@pytest.mark.parametrize(
    ("mail_from", "first"),
    [(None, ""), ("x@adatum.com", "send with a MAIL FROM in an accepted domain of tenant contoso: contoso.com, or ")],
)
def test_a_certificate_s_name_that_is_not_accepted_is_to_be_accepted(mail_from: str | None, first: str) -> None:
    found = leaving(by_certificate("mail.contoso.com"), mail_from=mail_from, tls=showing("mail.contoso.com"))

    assert found.fix.startswith(f"{first}{ACCEPT_IT} (connector 'hq' ")


def test_a_certificate_s_name_outside_every_accepted_domain_has_no_wildcard_to_go_by() -> None:
    found = leaving(by_certificate("mail.adatum.com"), mail_from=None, tls=showing("mail.adatum.com"))

    assert found.fix.startswith("make mail.adatum.com an accepted domain of tenant contoso (connector 'hq' ")


def test_a_certificate_s_domain_that_the_connector_does_not_serve_is_to_be_served() -> None:
    limited = replace(by_certificate("contoso.com"), associated_accepted_domains=(a_domain("contoso.net"),))
    found = leaving(limited, mail_from=None, tls=showing("contoso.com"))

    assert found.fix.startswith(f"{SET} -AssociatedAcceptedDomains @{{Add='contoso.com'}} (connector ")


@pytest.mark.parametrize("ip", [OFFICE_IP, "2001:db8::1"])
def test_a_connector_keeps_the_name_that_it_goes_by(ip: str) -> None:
    foreign = leaving(by_certificate("relay.contoso.com"), tls=showing("mail.adatum.com"), ip=ip)
    own = leaving(by_certificate("relay.contoso.com"), tls=showing("mail.contoso.com"), ip=ip)

    assert foreign.fix.startswith("have the sender show a certificate for relay.contoso.com that a public authority ")
    assert own.fix.startswith(f"{NEW} 'mail.contoso.com' (connector 'hq' of tenant contoso came nearest")


def test_a_new_connector_for_a_sender_of_no_tenant_needs_its_name_accepted() -> None:
    world = a_world(a_tenant(inbound_connectors=(by_certificate("relay.contoso.com"),)))
    found = attribute(world, Arrival.of(a_peer(), showing("mail.contoso.com"), at(TODAY)), None)

    assert found.evidence[0].remedy.startswith(
        f"{NEW} 'mail.contoso.com', and make mail.contoso.com an accepted domain"
    )


def test_over_ipv6_a_connector_that_goes_by_addresses_takes_the_certificate_s_name() -> None:
    found = leaving(a_connector(), tls=showing("mail.contoso.com"), ip="2001:db8::1")
    foreign = leaving(a_connector(), tls=showing("mail.adatum.com"), ip="2001:db8::1")

    assert found.fix.startswith(f"{SET} -TlsSenderCertificateName 'mail.contoso.com' (")
    assert foreign.fix.startswith("have the sender connect over IPv4, since connectors hold IPv4 addresses only (")


@pytest.mark.parametrize(
    ("defect", "remedy"),
    [
        (ChainFault.INCOMPLETE_CHAIN, "have the sender send the intermediate certificates along with the one for {}"),
        (ChainFault.SELF_SIGNED, "have the sender show a certificate for {} that a public authority issued"),
        (ChainFault.UNTRUSTED_ROOT, "have the sender show a certificate for {} that a public authority issued"),
        (ChainFault.BAD_SIGNATURE, "have a public authority issue the sender's certificate for {} anew"),
    ],
)
@pytest.mark.parametrize("in_order", [True, False])
def test_a_certificate_of_the_right_name_is_mended_by_what_is_wrong_with_it(
    defect: ChainFault, remedy: str, *, in_order: bool
) -> None:
    wanting = replace(by_certificate("*.contoso.com"), name="by name")
    other = a_connector(ELSEWHERE, name="other")
    both = (wanting, other) if in_order else (other, wanting)
    found = leaving(*both, tls=showing("mail.contoso.com", defect=defect))

    assert found.fix.startswith(f"{remedy.format('*.contoso.com')} (connector 'by name' of tenant contoso came nearest")


@pytest.mark.parametrize(
    ("window", "remedy"),
    [
        (Window(until=at(TODAY)), "renew the sender's certificate for relay.contoso.com"),
        (Window(since=just_before(TODAY)), None),
        (
            Window(since=at("2027-01-01")),
            "have the sender show a certificate for relay.contoso.com that is valid already",
        ),
    ],
)
def test_a_certificate_out_of_its_time_is_renewed(window: Window, remedy: str | None) -> None:
    certificate = a_certificate("relay.contoso.com", trusted=window)
    tls = replace(TLS, client_certificate=certificate)
    if remedy is not None:
        assert leaving(by_certificate("relay.contoso.com"), tls=tls).fix.startswith(remedy)
    else:
        world = a_world(a_tenant(inbound_connectors=(by_certificate("relay.contoso.com"),)))

        assert attribute(world, Arrival.of(a_peer(), tls, at(TODAY)), an_address("scanner@contoso.com")).may_relay


def test_a_foreign_sender_with_an_unproven_certificate_is_told_of_the_connector_that_names_it() -> None:
    found = leaving(
        by_certificate("contoso.com"), mail_from=None, tls=showing("contoso.com", defect=ChainFault.INCOMPLETE_CHAIN)
    )

    assert found.fix.startswith(
        "have the sender send the intermediate certificates along with the one for contoso.com ("
    )


def test_the_name_of_a_connector_stays_a_name_when_its_line_is_pasted() -> None:
    found = leaving(a_connector(name="O'Brien $(Remove-Item x)", enabled=False))

    assert found.fix.startswith("Set-InboundConnector -Identity 'O''Brien $(Remove-Item x)' -Enabled $true (")


@pytest.mark.parametrize("in_order", [True, False])
def test_the_nearest_of_several_is_the_one_that_lacks_least(*, in_order: bool) -> None:
    far = a_connector(ELSEWHERE, name="far", enabled=False)
    near = a_connector(name="near", enabled=False)
    found = leaving(*((far, near) if in_order else (near, far)))

    assert found.fix.startswith("Set-InboundConnector -Identity 'near' -Enabled $true (")
    assert 2 == sum("; to relay by it: " in one for one in found.because)


@pytest.mark.parametrize("in_order", [True, False])
def test_a_connector_that_knows_the_client_is_nearer_than_one_that_would_have_to(*, in_order: bool) -> None:
    known, stranger = a_connector(name="known", enabled=False), a_connector(ELSEWHERE, name="stranger")
    found = leaving(*((known, stranger) if in_order else (stranger, known)))

    assert found.fix.startswith("Set-InboundConnector -Identity 'known' -Enabled $true (")


BESIDE = (
    f"New-InboundConnector -Name '{OFFICE_IP}' -ConnectorType OnPremises -SenderDomains * -SenderIPAddresses "
    f"{OFFICE_IP}, for this address only, beside the partner's"
)


@pytest.mark.parametrize(
    "changes", [{}, {"enabled": False}, {"associated_accepted_domains": (a_domain("contoso.net"),)}]
)
@pytest.mark.parametrize("lists", [OFFICE_IP, ELSEWHERE])
def test_a_partner_s_connector_is_left_as_it_is_and_is_never_the_nearest(
    lists: str, changes: dict[str, object]
) -> None:
    found = leaving(a_connector(lists, connector_type=PARTNER, **changes))  # type: ignore[arg-type]

    assert any(one.endswith(f"; to relay by it: {BESIDE}") for one in found.because)
    assert not any("Set-InboundConnector" in one for one in (*found.because, found.fix))
    assert "came nearest" not in found.fix


def test_over_ipv6_nothing_is_made_beside_a_partner_s_connector() -> None:
    found = leaving(a_connector(connector_type=PARTNER), ip="2001:db8::1")

    assert not any("to relay by it" in one for one in found.because)


def test_a_farther_connector_of_one_s_own_is_nearer_than_a_partner_s() -> None:
    far = a_connector(ELSEWHERE, name="far", enabled=False)
    found = leaving(a_connector(connector_type=PARTNER), far)

    assert found.fix.startswith("Set-InboundConnector -Identity 'far' -Enabled $true ")


NORTHWIND = a_tenant("northwind", inbound_connectors=(a_connector(name="theirs"),))


def test_only_the_connectors_of_the_sender_s_tenant_come_near() -> None:
    found = leaving(a_connector(ELSEWHERE), beside=(NORTHWIND,))

    assert found.fix.startswith(f"{SET} -SenderIPAddresses @{{Add='{OFFICE_IP}'}} (connector 'hq' of tenant contoso ")
    theirs = next(one for one in found.because if "'theirs' of tenant northwind" in one)
    assert theirs.endswith("it lists the IP, but contoso.com is not an accepted domain of the tenant")


def test_a_sender_whose_own_tenant_has_no_connector_is_not_told_to_send_as_another() -> None:
    found = leaving(beside=(NORTHWIND,))

    assert found.rule is not None
    assert "mx.data.relay_is_denied" == found.rule.id
    assert found.fix.startswith(f"Put {OFFICE_IP} on a connector: New-InboundConnector ")
    assert "northwind" not in found.fix


@pytest.mark.parametrize("mail_from", [None, "x@adatum.com"])
def test_a_sender_of_no_tenant_may_become_one_of_any_that_lists_the_address(mail_from: str | None) -> None:
    found = leaving(mail_from=mail_from, beside=(NORTHWIND,))

    assert found.rule is not None
    assert "mx.data.relay_is_denied_to_a_foreign_sender" == found.rule.id


def test_a_partner_connector_says_whom_it_does_not_hear() -> None:
    found = leaving(a_connector(connector_type=PARTNER, sender_domains=("adatum.com",)))

    assert any("its SenderDomains (adatum.com) do not hold the sender's" in one for one in found.because)


def test_a_connector_for_organisations_is_no_way_for_a_device() -> None:
    found = leaving(a_connector(sender_ip_addresses=(), trusted_organizations=("fabrikam.com",)))

    assert any("it takes what they send from tenant to tenant, never a device" in one for one in found.because)
    assert "came nearest" not in found.fix


def test_without_a_connector_in_question_the_fix_makes_one() -> None:
    assert leaving().fix.startswith(f"Put {OFFICE_IP} on a connector: New-InboundConnector ")


# Mail contacts --------------------------------------------------------------------------------------------------------

CONTACT = MailContact("Partner desk", an_address(OUTSIDE), (an_address("partner@contoso.com"),))


def test_a_mail_contact_that_is_refused_is_explained_as_one() -> None:
    found = leaving(tenant=a_tenant(mail_contacts=(CONTACT,)))

    called = "mail contact 'Partner desk' of tenant contoso"
    assert f"{OUTSIDE} is an address of {called}: a contact receives and never relays" in found.because
    assert found.fix.startswith(f"Do not take {called} for a relay: it receives and never relays. ")


def test_under_the_older_reading_a_mail_contact_is_explained_at_rcpt() -> None:
    world = a_world(a_tenant(mail_contacts=(CONTACT,)))
    ask = a_rcpt_ask(OUTSIDE, mail_from="scanner@contoso.com", world=world)
    found = verdict(ask, relay_denied_stage="rcpt")

    assert found.fix.startswith("Do not take mail contact 'Partner desk' of tenant contoso for a relay")


def test_an_address_that_is_nobody_s_contact_is_not_called_one() -> None:
    found = leaving(tenant=a_tenant())

    assert not any("contact" in one for one in (*found.because, found.fix))
