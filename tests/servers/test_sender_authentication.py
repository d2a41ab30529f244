"""Sender authentication over real sockets: what the MX refuses, where it puts mail, what each hop sees of a relay."""

from __future__ import annotations

import re
import smtplib
from contextlib import suppress
from pathlib import Path

import pytest

from relaylab.app.config import LoadedWorld, parse_world
from relaylab.app.emulator import Emulator, Settings
from relaylab.domain.message import Hop, KeptMessage, Placement
from relaylab.servers.fleet import Listening
from relaylab.store.shapes import message_json
from tests.conftest import Emulate

SITE = "203.0.113.42"
BOTH = f"v=spf1 ip4:{SITE} include:spf.protection.outlook.com -all"


def a_world(
    spf: str, *, dmarc: str = "none", policy: str = "", cname: bool = False, connector: str = ""
) -> LoadedWorld:
    selector = (
        '[[dns]]\nname = "selector1._domainkey.contoso.com"\ntype = "CNAME"\n'
        'value = "selector1-contoso-com._domainkey.contoso.onmicrosoft.com"\n'
    )
    return parse_world(
        f"""
[[tenant]]
name = "contoso"
  [tenant.anti_phish_policy]
  {policy}
  [[tenant.accepted_domain]]
  name = "contoso.com"
  [[tenant.mailbox]]
  address = "helpdesk@contoso.com"
  [[tenant.inbound_connector]]
  name = "hq"
  connector_type = "OnPremises"
  sender_ip_addresses = ["{SITE}"]
  {connector}
[[site]]
name = "hq"
public_ip = "{SITE}"
[[dns]]
name = "contoso.com"
type = "TXT"
value = "{spf}"
[[dns]]
name = "_dmarc.contoso.com"
type = "TXT"
value = "v=DMARC1; p={dmarc}"
{selector if cname else ""}
""",
        "world",
    )


def send(where: Listening, to: str, *, sender: str = "scanner@contoso.com") -> tuple[int, bytes]:
    letter = f"From: {sender}\r\nTo: {to}\r\nSubject: a scan\r\n\r\nhello\r\n"
    with smtplib.SMTP(where.host, where.port, local_hostname="mfp.contoso.com") as client:
        try:
            client.sendmail(sender, [to], letter)
        except smtplib.SMTPDataError as error:
            return error.smtp_code, error.smtp_error if isinstance(error.smtp_error, bytes) else b""
    return 250, b""


def last(emulator: Emulator) -> KeptMessage:
    kept = emulator.store.mail.message(emulator.store.mail.messages()[-1].id)
    assert kept is not None
    return kept


def seen(message: KeptMessage) -> dict[Hop, tuple[str, tuple[str, ...], str]]:
    return {one.hop: (one.spf, one.dkim, one.dmarc) for one in message.authentication}


def test_mail_from_outside_that_fails_a_policy_of_reject_is_refused_at_the_end_of_data(emulate: Emulate) -> None:
    emulator = emulate(world=a_world(BOTH, dmarc="reject"))

    code, text = send(emulator.endpoints["mx"], "helpdesk@contoso.com")

    assert 550 == code
    assert text.startswith(
        b"5.7.509 Access denied, sending domain [CONTOSO.COM] does not pass DMARC verification "
        b"and has a DMARC policy of reject."
    )
    assert [] == emulator.store.mail.messages()
    servers = re.findall(rb"\[([^ \]]+) 2026-[^ \]]+Z ([0-9A-F]{16})\]", text)
    assert 3 == len(set(servers)) == text.count(b" [") - 1  # the first bracket holds the domain
    assert b"PEPF" in servers[2][0]


@pytest.mark.parametrize(
    ("dmarc", "policy", "placed"),
    [
        ("none", "", Placement.JUNK),
        ("quarantine", "", Placement.QUARANTINE),
        ("reject", 'dmarc_reject_action = "Quarantine"', Placement.QUARANTINE),
        ("reject", "honor_dmarc_policy = false", Placement.JUNK),
        ("none", 'authentication_fail_action = "Quarantine"', Placement.QUARANTINE),
        ("none", "enable_spoof_intelligence = false", Placement.INBOX),
    ],
)
def test_the_recipients_policy_decides_where_mail_goes_that_nothing_vouches_for(
    dmarc: str, policy: str, placed: Placement, emulate: Emulate
) -> None:
    emulator = emulate(world=a_world(BOTH, dmarc=dmarc, policy=policy))

    assert 250 == send(emulator.endpoints["mx"], "helpdesk@contoso.com")[0]
    assert [placed] == [copy.placed for copy in last(emulator).copies]


def test_direct_send_from_an_address_of_the_record_goes_to_the_inbox(emulate: Emulate) -> None:
    emulator = emulate(world=a_world(BOTH, dmarc="reject"))
    send(emulator.sites["hq"].endpoints["mx"], "helpdesk@contoso.com")

    assert [Placement.INBOX] == [copy.placed for copy in last(emulator).copies]


def test_a_connector_without_ip4_relays_fails_on_arrival_and_passes_at_the_far_end(emulate: Emulate) -> None:
    emulator = emulate(world=a_world("v=spf1 include:spf.protection.outlook.com -all", dmarc="reject", cname=True))
    assert 250 == send(emulator.sites["hq"].endpoints["mx"], "desk@elsewhere.example")[0]

    found = seen(last(emulator))
    assert ("fail", ("none",), "fail") == found[Hop.ARRIVAL]
    assert ("pass", ("pass d=contoso.com",), "pass") == found[Hop.FAR_END]


def test_a_record_without_include_fails_at_the_far_end_and_passes_on_arrival(emulate: Emulate) -> None:
    emulator = emulate(world=a_world(f"v=spf1 ip4:{SITE} -all"))
    send(emulator.sites["hq"].endpoints["mx"], "desk@elsewhere.example")

    found = seen(last(emulator))
    assert "pass" == found[Hop.ARRIVAL][0]
    assert ("fail", ("pass d=contoso.onmicrosoft.com",), "fail") == found[Hop.FAR_END]


def test_mail_over_a_connector_is_never_refused_and_a_mailbox_inside_finds_it_in_junk(emulate: Emulate) -> None:
    emulator = emulate(world=a_world("v=spf1 -all", dmarc="reject"))

    assert 250 == send(emulator.sites["hq"].endpoints["mx"], "helpdesk@contoso.com")[0]
    assert [Placement.JUNK] == [copy.placed for copy in last(emulator).copies]


def test_the_fields_stand_beside_the_content_which_stays_as_it_was_sent(emulate: Emulate, tmp_path: Path) -> None:
    emulator = emulate(world=a_world(BOTH), settings=Settings(store=tmp_path / "mail.db"))
    send(emulator.sites["hq"].endpoints["mx"], "desk@elsewhere.example")

    message = last(emulator)
    names = [field.partition(":")[0] for field in message.headers]
    assert ["ARC-Seal", "ARC-Message-Signature", "ARC-Authentication-Results", "DKIM-Signature", "Received"] == names[
        :5
    ]
    assert "X-MS-Exchange-CrossTenant-FromEntityHeader: HybridOnPrem" in message.headers
    assert message.raw.startswith(b"From: scanner@contoso.com\r\n")
    assert list(message.headers) == message_json(message)["headers"]


def test_the_verdict_names_what_was_found(emulate: Emulate) -> None:
    emulator = emulate(world=a_world(BOTH))
    with suppress(smtplib.SMTPException):
        send(emulator.endpoints["mx"], "helpdesk@contoso.com")

    decision = last(emulator).decision
    assert decision is not None
    firsts = {sentence.split(" ")[0].partition("=")[0].rstrip(":") for sentence in decision.because}
    assert {"SPF", "DKIM", "DMARC", "compauth"} <= firsts


def test_a_second_emulator_of_the_same_seed_stamps_the_same(emulate: Emulate) -> None:
    stamped = []
    for _ in range(2):
        emulator = emulate(world=a_world(BOTH))
        send(emulator.endpoints["mx"], "helpdesk@contoso.com")
        stamped.append(last(emulator).headers)

    assert stamped[0] == stamped[1]


def test_the_policy_of_an_organisation_holds_for_a_subdomain_that_has_no_record(emulate: Emulate) -> None:
    emulator = emulate(world=a_world("v=spf1 -all", dmarc="reject"))

    code, said = send(emulator.endpoints["mx"], "helpdesk@contoso.com", sender="ceo@pay.contoso.com")

    assert (550, True) == (code, said.startswith(b"5.7.509 "))


@pytest.mark.parametrize(("reading", "placed"), [("unjudged", Placement.INBOX), ("judged", Placement.JUNK)])
def test_a_sender_of_whom_the_world_tells_nothing_is_judged_only_where_that_is_asked_for(
    emulate: Emulate, reading: str, placed: Placement
) -> None:
    emulator = emulate(world=a_world(BOTH), readings={"unrecorded_sender": reading})

    send(emulator.endpoints["mx"], "helpdesk@contoso.com", sender="news@adatum.example")

    assert [placed] == [copy.placed for copy in last(emulator).copies]


def test_mail_that_counts_as_internal_skips_filtering(emulate: Emulate) -> None:
    internal = a_world("v=spf1 -all", dmarc="reject", connector="treat_messages_as_internal = true")
    emulator = emulate(world=internal)

    send(emulator.sites["hq"].endpoints["mx"], "helpdesk@contoso.com")

    kept = last(emulator)
    assert [Placement.INBOX] == [copy.placed for copy in kept.copies]
    assert [True] == ["AuthAs: Internal" in field for field in kept.headers if "CrossTenant-AuthAs" in field]


@pytest.mark.parametrize(
    ("infrastructure", "reason"),
    [
        ("*", "fail reason=002"),
        ("192.0.2.1", "fail reason=002"),
        ("192.0.2.0/24", "fail reason=002"),
        ("adatum.example", "fail reason=002"),
        ("203.0.113.0/24", "pass reason=100"),
        ("fabrikam.example", "pass reason=100"),
    ],
)
def test_a_spoof_that_an_administrator_blocks_fails_whatever_vouches_for_it(
    emulate: Emulate, infrastructure: str, reason: str
) -> None:
    world = parse_world(
        f"""
[[tenant]]
name = "contoso"
  [[tenant.accepted_domain]]
  name = "contoso.com"
  [[tenant.mailbox]]
  address = "helpdesk@contoso.com"
  [[tenant.tenant_allow_block_list_spoof_item]]
  spoofed_user = "adatum.example"
  sending_infrastructure = "{infrastructure}"
[[dns]]
name = "adatum.example"
type = "TXT"
value = "v=spf1 ip4:192.0.2.1 -all"
[[dns]]
name = "_dmarc.adatum.example"
type = "TXT"
value = "v=DMARC1; p=none"
[[dns]]
name = "1.2.0.192.in-addr.arpa"
type = "PTR"
value = "mail.adatum.example"
""",
        "world",
    )
    emulator = emulate(world=world)

    send(emulator.endpoints["mx"], "helpdesk@contoso.com", sender="news@adatum.example")

    (arrival,) = last(emulator).authentication
    (copy,) = last(emulator).copies
    assert reason == arrival.compauth
    assert (copy.placed is Placement.JUNK, copy.rule == "mx.delivery.spoof_goes_to_junk") == ("002" in reason,) * 2
