"""What is held against a client or a sender at the tenant MX, and in which words it is told."""

import pytest

from relaylab.domain.attribution import Attribution, Direction
from relaylab.domain.connector import ConnectorType
from relaylab.domain.reputation import Reputation, SenderState
from relaylab.domain.tenant import Tenant
from tests.builders import OFFICE_IP, a_connector, a_hello_ask, a_mail_ask, a_peer, a_rcpt_ask, a_tenant, a_world
from tests.builders import just_before as the_instant_before
from tests.catalogue.examples import MX
from tests.rules.judging import said, verdict

LOOK_UP = "To request removal from this list see https://www.spamhaus.org/query/ip"
BANNED = (
    "550 5.7.606 Access denied, banned sending IP [198.51.100.7]. To request removal from this list please visit "
    "https://sender.office.com/ and follow the directions. For more information please go to  "
    "http://go.microsoft.com/fwlink/?LinkID=526655 (AS16012609)"
)
TOO_FAST = (
    "451 4.5.127 Message rejected. Excessive message rate from sender. For more information see "
    "https://aka.ms/EXOSmtpErrors"
)
LISTED_SENDER = (
    "550 5.7.1 Service unavailable, MailFrom domain is listed in Spamhaus. To request removal from this list see "
    "https://www.spamhaus.org/query/lookup/ (S8002)"
)
KNOWN = Attribution(Direction.INCOMING, matches_the_client=True)


def a_listed_tenant() -> Tenant:
    return a_tenant(inbound_connectors=(a_connector(),))


def test_an_address_that_is_not_trusted_yet_is_put_off_unless_it_is_on_a_connector() -> None:
    line = f"451 4.7.500 Server busy. Please try again later from [{OFFICE_IP}]. (S77714)"
    connected = a_world(a_listed_tenant())

    assert line == said(a_rcpt_ask(reputation=Reputation.THROTTLED))
    assert "250 2.1.5 Recipient OK" == said(a_rcpt_ask(reputation=Reputation.THROTTLED, attribution=KNOWN))
    assert "250 2.1.5 Recipient OK" == said(a_rcpt_ask(reputation=Reputation.THROTTLED, world=connected))


def test_a_partner_s_address_is_trusted_whoever_sends_over_it() -> None:
    partner = a_connector(connector_type=ConnectorType.PARTNER, sender_domains=("adatum.com",))
    world = a_world(a_tenant(inbound_connectors=(partner,)))

    assert "250 2.1.5 Recipient OK" == said(a_rcpt_ask(reputation=Reputation.THROTTLED, world=world))


def test_an_address_on_spamhaus_is_refused_with_the_number_of_its_time() -> None:
    blocked = f"550 5.7.1 Service unavailable, Client host [{OFFICE_IP}] blocked using Spamhaus. {LOOK_UP}/{OFFICE_IP}"

    assert f"{blocked} AS(1440)" == said(a_rcpt_ask(reputation=Reputation.BLOCKLISTED, now="2024-10-01"))
    assert f"{blocked} AS(1450)" == said(
        a_rcpt_ask(reputation=Reputation.BLOCKLISTED, now=the_instant_before("2024-10-01"))
    )


def test_an_ipv6_address_on_spamhaus_is_printed_without_brackets() -> None:
    line = said(a_rcpt_ask(reputation=Reputation.BLOCKLISTED, peer=a_peer("2001:db8::7")))

    assert (
        f"550 5.7.1 Service unavailable, Client host 2001:db8::7 blocked using Spamhaus. {LOOK_UP}/2001:db8::7" in line
    )


def test_a_connector_does_not_help_an_address_on_spamhaus() -> None:
    originating = Attribution(Direction.ORIGINATING, a_listed_tenant(), a_connector(), matches_the_client=True)

    assert "blocked using Spamhaus" in said(a_rcpt_ask(reputation=Reputation.BLOCKLISTED, attribution=originating))


@pytest.mark.parametrize(
    ("reputation", "line"),
    [
        (
            Reputation.BANNED,
            BANNED,
        ),
        (Reputation.BANNED_FOR_GOOD, "550 5.7.511 Access denied, banned sender"),
        (
            Reputation.OVER_THE_LIMIT,
            "550 5.7.508 Access denied, [198.51.100.7] has exceeded permitted limits within 198.51.100.0/24 range",
        ),
    ],
)
def test_an_address_on_a_list_of_microsoft_s_is_refused_in_its_words(reputation: Reputation, line: str) -> None:
    assert line == said(a_rcpt_ask(reputation=reputation))


@pytest.mark.parametrize(
    ("state", "line"),
    [
        (SenderState.SPAM_ABUSE, "550 5.7.501 Access denied, spam abuse detected"),
        (SenderState.BANNED, "550 5.7.502 Access denied, banned sender"),
        (
            SenderState.RATE_LIMITED,
            TOO_FAST,
        ),
        (
            SenderState.BLOCKLISTED,
            LISTED_SENDER,
        ),
    ],
)
def test_what_is_held_against_a_sender_is_said_at_mail(state: SenderState, line: str) -> None:
    assert line == said(a_mail_ask(endpoint=MX, sender_state=state))


def test_a_blocklisted_name_in_ehlo_is_refused_at_mail_too() -> None:
    assert "Helo domain is listed in Spamhaus" in said(a_mail_ask(endpoint=MX, hello_state=SenderState.BLOCKLISTED))


@pytest.mark.parametrize(("name", "refused"), [("mx.example", True), ("MX.EXAMPLE", True), ("client.example", False)])
def test_the_server_s_own_name_is_no_name_of_a_client(name: str, *, refused: bool) -> None:
    decided = verdict(a_hello_ask(name, endpoint=MX, server_name="mx.example"))

    assert refused == (decided.reply is not None and "550 5.7.506 Access Denied, Bad HELO" == decided.reply.line)
