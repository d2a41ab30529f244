"""Enhanced Filtering for connectors, over real sockets: whose address is judged behind somebody else's gateway."""

from __future__ import annotations

import smtplib

import pytest

from relaylab.app.config import LoadedWorld, parse_world
from relaylab.app.emulator import Emulator
from relaylab.domain.message import KeptMessage, Placement
from tests.conftest import Emulate

GATEWAY, AUTHOR, INNER = "203.0.113.42", "198.51.100.7", "203.0.113.50"
LETTER = (
    "Received: from inner.gateway.example ([{inner}]) by out.gateway.example; Mon, 23 Nov 2026 09:00:01 +0000\r\n"
    "Received: from mail.adatum.example (mail.adatum.example [{author}])\r\n by inner.gateway.example; "
    "Mon, 23 Nov 2026 09:00:00 +0000\r\n"
    "From: news@adatum.example\r\nTo: helpdesk@contoso.com\r\nSubject: news\r\n\r\nhello\r\n"
)
IPS = f'ef_skip_ips = ["{GATEWAY}", "{INNER}"]'


def a_world(connector: str, kind: str = "Partner", hears: str = "*") -> LoadedWorld:
    return parse_world(
        f"""
[[tenant]]
name = "contoso"
  [[tenant.accepted_domain]]
  name = "contoso.com"
  [[tenant.mailbox]]
  address = "helpdesk@contoso.com"
  proxy_addresses = ["help@contoso.com"]
  [[tenant.mailbox]]
  address = "boss@contoso.com"
  [[tenant.inbound_connector]]
  name = "gateway"
  connector_type = "{kind}"
  sender_domains = ["{hears}"]
  sender_ip_addresses = ["{GATEWAY}"]
  require_tls = false
  {connector}
[[site]]
name = "gateway"
public_ip = "{GATEWAY}"
[[dns]]
name = "adatum.example"
type = "TXT"
value = "v=spf1 ip4:{AUTHOR} -all"
[[dns]]
name = "_dmarc.adatum.example"
type = "TXT"
value = "v=DMARC1; p=quarantine"
""",
        "world",
    )


def kept(emulator: Emulator, *to: str, inner: str = INNER, site: str | None = "gateway") -> KeptMessage:
    where = emulator.sites[site].endpoints["mx"] if site else emulator.endpoints["mx"]
    with smtplib.SMTP(where.host, where.port, local_hostname="out.gateway.example") as client:
        client.sendmail(
            "news@adatum.example", to or ("helpdesk@contoso.com",), LETTER.format(author=AUTHOR, inner=inner)
        )
    found = emulator.store.mail.message(emulator.store.mail.messages()[-1].id)
    assert found is not None
    return found


def seen(message: KeptMessage) -> tuple[str, str, Placement]:
    arrival = message.authentication[0]
    return arrival.ip, arrival.spf, message.copies[0].placed


SKIPPED = (AUTHOR, "pass", Placement.INBOX)
JUDGED_AS_THE_GATEWAY = (GATEWAY, "fail", Placement.QUARANTINE)


@pytest.mark.parametrize("kind", ["Partner", "OnPremises"])
def test_the_addresses_of_a_gateway_are_skipped_and_the_author_s_server_is_judged(emulate: Emulate, kind: str) -> None:
    assert SKIPPED == seen(kept(emulate(world=a_world(IPS, kind))))


def test_without_it_the_gateway_is_taken_for_the_sender(emulate: Emulate) -> None:
    assert JUDGED_AS_THE_GATEWAY == seen(kept(emulate(world=a_world(""))))


def test_the_last_address_alone_is_skipped_where_that_is_asked_for(emulate: Emulate) -> None:
    found = kept(emulate(world=a_world("ef_skip_last_ip = true")))

    assert (INNER, "fail", Placement.QUARANTINE) == seen(found)


def test_an_address_of_the_gateway_that_is_not_listed_ends_the_walk(emulate: Emulate) -> None:
    assert ("192.0.2.77", "fail") == seen(kept(emulate(world=a_world(IPS)), inner="192.0.2.77"))[:2]


def test_a_client_that_the_connector_does_not_know_is_judged_itself(emulate: Emulate) -> None:
    assert "192.0.2.1" == seen(kept(emulate(world=a_world(IPS)), site=None))[0]


@pytest.mark.parametrize(
    ("hears", "more", "expected"),
    [
        ("*.adatum.example", "", SKIPPED),
        ("fabrikam.com", "", JUDGED_AS_THE_GATEWAY),
        ("*", "enabled = false", JUDGED_AS_THE_GATEWAY),
    ],
    ids=["hears it", "hears somebody else", "is off"],
)
def test_a_partner_connector_skips_where_it_is_on_and_hears_the_sender(
    emulate: Emulate, hears: str, more: str, expected: tuple[str, str, Placement]
) -> None:
    assert expected == seen(kept(emulate(world=a_world(f"{IPS}\n  {more}", hears=hears))))


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        (("helpdesk@contoso.com",), SKIPPED),
        (("help@contoso.com",), SKIPPED),
        (("boss@contoso.com",), JUDGED_AS_THE_GATEWAY),
        (("helpdesk@contoso.com", "boss@contoso.com"), JUDGED_AS_THE_GATEWAY),
    ],
)
def test_with_users_named_it_holds_for_mail_to_them_alone(
    emulate: Emulate, to: tuple[str, ...], expected: tuple[str, str, Placement]
) -> None:
    emulator = emulate(world=a_world(f'{IPS}\n  ef_users = ["helpdesk@contoso.com"]'))

    assert expected == seen(kept(emulator, *to))


def test_the_fields_show_both_addresses_and_the_evidence_says_why(emulate: Emulate) -> None:
    message = kept(emulate(world=a_world(IPS)))
    fields = " ".join(message.headers).replace("\r\n ", " ").replace("\r\n\t", " ")

    assert f"sender IP is {AUTHOR})" in fields
    assert f"client-ip={AUTHOR};" in fields
    assert f"CIP:{AUTHOR};" in fields
    assert f"X-MS-Exchange-SkipListedInternetSender: ip=[{AUTHOR}];domain=mail.adatum.example" in fields
    assert f"Ip=[{GATEWAY}];Helo=[out.gateway.example]" in fields
    assert f"from out.gateway.example ({GATEWAY})" in fields
    assert (
        f"EFSkipIPs skips {GATEWAY}: {AUTHOR} of the Received fields is judged"
        == (message.authentication[0].because[0])
    )
