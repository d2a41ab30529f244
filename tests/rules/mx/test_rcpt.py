"""RCPT TO at the tenant MX."""

from dataclasses import replace

import pytest

from relaylab.domain.arrival import Arrival
from relaylab.domain.asks import RcptAsk
from relaylab.domain.attribution import Attribution, Direction
from relaylab.domain.connector import ConnectorType, InboundConnector
from relaylab.domain.decision import EffectKind
from relaylab.domain.tenant import (
    AcceptedDomain,
    DistributionGroup,
    DomainType,
    MailContact,
    OrganizationConfig,
    Tenant,
)
from relaylab.domain.world import World
from relaylab.engine.attribution import attribute
from tests.builders import (
    OFFICE_IP,
    a_connector,
    a_domain,
    a_peer,
    a_rcpt_ask,
    a_tenant,
    a_world,
    an_address,
    at,
    just_before,
)
from tests.rules.judging import effect, rule, said, verdict
from tests.session.lines import Lab
from tests.session.worlds import HELPDESK, SCANNER, with_organization

RECIPIENT_OK = "250 2.1.5 Recipient OK"
UNKNOWN = "550 5.4.1 Recipient address rejected: Access denied. For more information see https://aka.ms/EXOSmtpErrors"
UNKNOWN_IN_2024 = "550 5.4.1 Recipient address rejected: Access denied."
UNKNOWN_IN_2020 = "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)"
TOO_MANY = "452 4.5.3 Too many recipients"
OTHER_TENANT = "452 4.5.3 Too many recipients ATTR49"
RELAY_DENIED = "550 5.7.64 TenantAttribution; Relay Access Denied"
ATTR36 = "550 5.7.64 Relay Access Denied ATTR36. For more details please refer to KB 3169958"
DIRECT_SEND = (
    "550 5.7.68 TenantInboundAttribution; Direct Send not allowed for this organization from unauthorized sources"
)
BUSY = f"451 4.7.500 Server busy. Please try again later from [{OFFICE_IP}]. (S77714)"
OFFICE_IPV6 = "2001:db8::7"
REJECTING = OrganizationConfig(reject_direct_send=True)


def a_careful_tenant(*connectors: InboundConnector) -> Tenant:
    """Contoso with RejectDirectSend."""
    return a_tenant(organization_config=REJECTING, inbound_connectors=connectors)


def arriving(
    world: World,
    recipient: str = "scanner@contoso.com",
    mail_from: str | None = "scanner@contoso.com",
    ip: str = OFFICE_IP,
) -> RcptAsk:
    """RCPT as the service sees it: attributed by address and MAIL FROM."""
    peer = a_peer(ip)
    sender = None if mail_from is None else an_address(mail_from)
    return a_rcpt_ask(
        recipient, mail_from=mail_from, world=world, peer=peer, attribution=attribute(world, Arrival.of(peer), sender)
    )


# Throttling ---------------------------------------------------------------------------------------------------------


def test_nobody_is_throttled_unless_the_reading_says_so() -> None:
    assert RECIPIENT_OK == said(arriving(a_world()))
    assert BUSY == said(arriving(a_world()), mx_throttling="on")


@pytest.mark.parametrize("kind", list(ConnectorType))
def test_an_address_on_a_connector_is_not_throttled(kind: ConnectorType) -> None:
    world = a_world(a_tenant(inbound_connectors=(a_connector(connector_type=kind),)))

    assert RECIPIENT_OK == said(arriving(world), mx_throttling="on")


# The directory ------------------------------------------------------------------------------------------------------


def test_a_recipient_that_the_directory_knows_is_accepted() -> None:
    assert RECIPIENT_OK == said(a_rcpt_ask("scanner@contoso.com"))


def test_a_recipient_that_the_directory_does_not_know_is_refused() -> None:
    assert UNKNOWN == said(a_rcpt_ask("nobody@contoso.com"))


def test_the_refusal_of_an_unknown_recipient_lost_its_number_in_2024() -> None:
    assert UNKNOWN_IN_2020 == said(a_rcpt_ask("nobody@contoso.com", now=just_before("2024-01-01")))
    assert UNKNOWN_IN_2024 == said(a_rcpt_ask("nobody@contoso.com", now="2024-01-01"))


def test_the_refusal_of_an_unknown_recipient_got_its_link_in_2026() -> None:
    assert UNKNOWN_IN_2024 == said(a_rcpt_ask("nobody@contoso.com", now=just_before("2026-01-29")))
    assert UNKNOWN == said(a_rcpt_ask("nobody@contoso.com", now="2026-01-29"))


def test_an_internal_relay_domain_accepts_whom_it_does_not_know() -> None:
    relaying = AcceptedDomain(a_domain("contoso.com"), DomainType.INTERNAL_RELAY)

    assert RECIPIENT_OK == said(a_rcpt_ask("nobody@contoso.com", world=a_world(a_tenant("contoso", relaying))))


def test_groups_and_contacts_with_an_address_in_the_domain_are_known() -> None:
    contact = MailContact("Desk", an_address("desk@fabrikam.com"), (an_address("desk@contoso.com"),))
    group = DistributionGroup(an_address("all@contoso.com"))
    world = a_world(a_tenant(distribution_groups=(group,), mail_contacts=(contact,)))

    assert RECIPIENT_OK == said(a_rcpt_ask("all@contoso.com", world=world))
    assert RECIPIENT_OK == said(a_rcpt_ask("desk@contoso.com", world=world))


# Originating --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("recipient", ["desk@fabrikam.com", "nobody@contoso.com", "scanner@contoso.com"])
@pytest.mark.parametrize("stage", ["data", "rcpt"])
def test_mail_attributed_through_a_connector_may_go_to_anybody(recipient: str, stage: str) -> None:
    world = a_world(a_careful_tenant(a_connector()))

    assert RECIPIENT_OK == said(arriving(world, recipient), relay_denied_stage=stage)


# Recipients outside -------------------------------------------------------------------------------------------------


def test_a_recipient_outside_is_accepted_here_and_refused_at_the_end_of_data() -> None:
    assert RECIPIENT_OK == said(a_rcpt_ask("desk@fabrikam.com"))


def test_under_the_older_reading_a_recipient_outside_is_refused_at_once() -> None:
    assert RELAY_DENIED == said(a_rcpt_ask("desk@fabrikam.com"), relay_denied_stage="rcpt")


def test_under_both_older_readings_a_foreign_sender_on_a_connector_has_its_own_text() -> None:
    ask = arriving(a_world(a_tenant(inbound_connectors=(a_connector(),))), "desk@fabrikam.com", "scanner@example.org")

    assert ATTR36 == said(ask, relay_denied_stage="rcpt", relay_denied_text="attr36")
    assert RELAY_DENIED == said(ask, relay_denied_stage="rcpt")


def test_under_the_older_reading_a_sender_over_ipv6_is_told_to_use_ipv4() -> None:
    world = a_world(a_tenant(inbound_connectors=(a_connector(),)))
    decided = verdict(arriving(world, "desk@fabrikam.com", ip=OFFICE_IPV6), relay_denied_stage="rcpt")

    assert "mx.rcpt.relay_is_denied_at_once_over_ipv6" == decided.decision().rule
    assert "connect over IPv4" in decided.fix


# Direct Send --------------------------------------------------------------------------------------------------------


def test_direct_send_is_accepted_unless_the_tenant_rejects_it() -> None:
    assert RECIPIENT_OK == said(arriving(a_world()))
    assert DIRECT_SEND == said(arriving(a_world(a_careful_tenant())))


def test_direct_send_could_not_be_rejected_before_april_2025() -> None:
    ask = arriving(a_world(a_careful_tenant()))

    assert RECIPIENT_OK == said(replace(ask, now=just_before("2025-04-28")))
    assert DIRECT_SEND == said(replace(ask, now=at("2025-04-28")))


@pytest.mark.parametrize("mail_from", ["desk@fabrikam.com", None])
def test_mail_from_a_foreign_domain_or_from_nobody_is_no_direct_send(mail_from: str | None) -> None:
    assert RECIPIENT_OK == said(arriving(a_world(a_careful_tenant()), mail_from=mail_from))


@pytest.mark.parametrize("mail_from", ["scanner@contoso.com", "no-such-name@contoso.com", "x@contoso.onmicrosoft.com"])
def test_any_address_of_the_tenant_s_own_domains_is_direct_send(mail_from: str) -> None:
    assert DIRECT_SEND == said(arriving(a_world(a_careful_tenant()), mail_from=mail_from))


def test_under_the_other_reading_direct_send_needs_an_address_that_exists() -> None:
    lab = Lab(with_organization(reject_direct_send=True), readings={"direct_send_sender": "existing_address"})
    line = lab.connect_mx().begin()
    line.say(f"MAIL FROM:<{SCANNER}>")
    from_a_mailbox = line.say(f"RCPT TO:<{HELPDESK}>")
    line.say("RSET")
    line.say("MAIL FROM:<no-such-name@contoso.com>")
    from_nobody = line.say(f"RCPT TO:<{HELPDESK}>")

    assert DIRECT_SEND == from_a_mailbox
    assert RECIPIENT_OK == from_nobody


def test_the_refusal_of_direct_send_names_the_reading_it_rests_on() -> None:
    assert {"direct_send_sender": "domain", "direct_send_delay": "none"} == verdict(
        arriving(a_world(a_careful_tenant()))
    ).reading


def test_direct_send_concerns_the_recipient_s_own_tenant_only() -> None:
    world = a_world(a_careful_tenant(), a_tenant("fabrikam"))

    assert RECIPIENT_OK == said(arriving(world, "scanner@fabrikam.com", "scanner@contoso.com"))
    assert RECIPIENT_OK == said(arriving(world, "scanner@contoso.com", "scanner@fabrikam.com"))


@pytest.mark.parametrize("kind", list(ConnectorType))
def test_a_connector_of_either_type_that_lists_the_address_lets_direct_send_pass(kind: ConnectorType) -> None:
    assert RECIPIENT_OK == said(arriving(a_world(a_careful_tenant(a_connector(connector_type=kind)))))


@pytest.mark.parametrize("connector", [a_connector(enabled=False), a_connector("203.0.113.0/24")])
def test_a_connector_that_is_disabled_or_for_another_address_does_not(connector: InboundConnector) -> None:
    assert DIRECT_SEND == said(arriving(a_world(a_careful_tenant(connector))))


def test_another_tenant_s_connector_does_not() -> None:
    world = a_world(a_careful_tenant(), a_tenant("fabrikam", inbound_connectors=(a_connector(),)))

    assert DIRECT_SEND == said(arriving(world))


def test_over_ipv6_no_connector_lists_the_address_and_the_fix_says_so() -> None:
    decided = verdict(arriving(a_world(a_careful_tenant(a_connector())), ip=OFFICE_IPV6))

    assert "mx.rcpt.direct_send_over_ipv6_is_rejected" == decided.decision().rule
    assert DIRECT_SEND == decided.decision().reply.line  # type: ignore[union-attr]
    assert "connect over IPv4" in decided.fix


def test_the_fix_over_ipv4_is_a_connector_that_powershell_would_make() -> None:
    fix = verdict(arriving(a_world(a_careful_tenant()))).fix

    assert (
        "Put 198.51.100.7 on a connector: New-InboundConnector -Name '198.51.100.7' -ConnectorType OnPremises "
        "-SenderDomains * -SenderIPAddresses 198.51.100.7, or Set-OrganizationConfig -RejectDirectSend $false"
    ) == fix


# Numbers and company ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("already", "line"), [(199, RECIPIENT_OK), (200, TOO_MANY)])
def test_a_transaction_takes_200_recipients_of_one_domain(already: int, line: str) -> None:
    assert line == said(a_rcpt_ask(same_domain=already, recipients=already))


def test_recipients_of_other_domains_do_not_count() -> None:
    assert RECIPIENT_OK == said(a_rcpt_ask(same_domain=0, recipients=900))


@pytest.mark.parametrize(
    ("recipient", "bound_to", "line"),
    [
        ("scanner@contoso.com", None, RECIPIENT_OK),
        ("scanner@contoso.com", "contoso-id", RECIPIENT_OK),
        ("scanner@contoso.com", "fabrikam-id", OTHER_TENANT),
        ("scanner@contoso.com", "", OTHER_TENANT),
        ("desk@fabrikam.com", "", RECIPIENT_OK),
        ("desk@fabrikam.com", "contoso-id", OTHER_TENANT),
    ],
)
def test_the_first_recipient_binds_the_transaction_to_its_tenant_or_to_the_outside(
    recipient: str, bound_to: str | None, line: str
) -> None:
    assert line == said(a_rcpt_ask(recipient, bound_to=bound_to, recipients=1))


def test_an_originating_transaction_is_bound_to_nobody() -> None:
    attribution = Attribution(Direction.ORIGINATING, a_tenant())

    assert RECIPIENT_OK == said(a_rcpt_ask("desk@fabrikam.com", bound_to="contoso-id", attribution=attribution))


@pytest.mark.parametrize("ask", [a_rcpt_ask(same_domain=200), a_rcpt_ask(bound_to="fabrikam-id")])
def test_too_many_recipients_is_temporary(ask: RcptAsk) -> None:
    assert EffectKind.DEFER == effect(ask)


# The order ----------------------------------------------------------------------------------------------------------


def test_the_number_comes_before_the_tenant_before_direct_send_before_the_directory() -> None:
    ask = arriving(a_world(a_careful_tenant()), "nobody@contoso.com", "printer@contoso.com")
    wrong = replace(ask, same_domain=200, bound_to="fabrikam-id")

    assert "mx.rcpt.domain_has_its_two_hundred_recipients" == rule(wrong)
    assert "mx.rcpt.recipient_belongs_elsewhere" == rule(replace(wrong, same_domain=0))
    assert "mx.rcpt.direct_send_is_rejected" == rule(ask)
    assert "mx.rcpt.recipient_is_unknown" == rule(replace(ask, mail_from=an_address("desk@fabrikam.com")))
