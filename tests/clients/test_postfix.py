"""Debian's Postfix relays an office's mail by address or certificate, and keeps what no connector takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from relaylab import Emulator
from relaylab.app.config import LoadedWorld, parse_world
from relaylab.domain.clock import parse_instant
from relaylab.domain.event import Attributed
from relaylab_certs import ClientKind, issue_client
from tests.clients.postfix import SmartHost

pytestmark = [pytest.mark.clients, pytest.mark.slow]

WORLD = """
[[tenant]]
name = "contoso"
[[tenant.accepted_domain]]
name = "contoso.com"
[[tenant.mailbox]]
address = "helpdesk@contoso.com"
[[tenant.inbound_connector]]
name = "Office"
connector_type = "OnPremises"
sender_domains = ["*"]
sender_ip_addresses = ["LISTED"]
[[site]]
name = "hq"
public_ip = "203.0.113.42"
"""
LETTER = b"From: scanner@contoso.com\r\nTo: someone@adatum.example\r\nSubject: Scan\r\n\r\nPage 1\r\n"
SCANNER, OUTSIDE = "scanner@contoso.com", "someone@adatum.example"


BY_CERTIFICATE = """
[[tenant.inbound_connector]]
name = "Smart host"
connector_type = "OnPremises"
sender_domains = ["*"]
tls_sender_certificate_name = "mail.contoso.com"
"""


def a_world(listed: str) -> LoadedWorld:
    return parse_world(WORLD.replace("LISTED", listed), "office")


def a_world_by_certificate() -> LoadedWorld:
    """The office's address is on no connector; one connector names the certificate of its mail server."""
    elsewhere = WORLD.replace("LISTED", "198.51.100.99")
    return parse_world(elsewhere.replace("[[site]]", f"{BY_CERTIFICATE}[[site]]"), "office")


def test_postfix_relays_from_an_address_on_a_connector() -> None:
    with Emulator(a_world("203.0.113.42"), at=parse_instant("2026-12-01")) as emulator:
        with SmartHost(emulator.sites["hq"].endpoints["mx"], emulator.ca_file) as smart_host:
            line = smart_host.send(SCANNER, OUTSIDE, LETTER)

        (message,) = emulator.store.mail.messages()
        raw = bytes(emulator.store.mail.raw(message.id) or b"")

    assert "status=sent (250 2.6.0" in line
    assert ["outside"] == [copy.placed for copy in message.copies]
    assert b"Page 1" in raw


def test_postfix_keeps_what_is_refused_tells_why_and_delivers_it_once_the_connector_is_there() -> None:
    with Emulator(a_world("198.51.100.99"), at=parse_instant("2026-12-01")) as emulator:
        with SmartHost(emulator.sites["hq"].endpoints["mx"], emulator.ca_file) as smart_host:
            smart_host.send(SCANNER, OUTSIDE, LETTER)
            (waiting,) = smart_host.queue()
            emulator.reset(world=a_world("203.0.113.42"))
            line = smart_host.try_again(OUTSIDE)
            left = smart_host.queue()

        (message,) = emulator.store.mail.messages()
        raw = bytes(emulator.store.mail.raw(message.id) or b"")

    (recipient,) = waiting["recipients"]
    assert "550 5.7.64 TenantAttribution; Relay Access Denied" in recipient["delay_reason"]
    assert "end of DATA" in recipient["delay_reason"]
    assert "status=sent" in line
    assert [] == left
    assert b"Page 1" in raw


def test_postfix_relays_with_the_certificate_that_a_connector_names(tmp_path: Path) -> None:
    with Emulator(a_world_by_certificate(), at=parse_instant("2026-12-01")) as emulator:
        shown = issue_client(emulator.authority, ClientKind.GOOD, "mail.contoso.com").write_to(tmp_path, "smart-host")
        with SmartHost(emulator.sites["hq"].endpoints["mx"], emulator.ca_file, shown) as smart_host:
            line = smart_host.send(SCANNER, OUTSIDE, LETTER)

        (message,) = emulator.store.mail.messages()
        (by,) = [entry.event.attribution for entry in emulator.store.events if isinstance(entry.event, Attributed)]

    assert "status=sent (250 2.6.0" in line
    assert ["outside"] == [copy.placed for copy in message.copies]
    assert ("certificate", "Smart host") == (by.basis, by.connector and by.connector.name)


@pytest.mark.parametrize("kind", [ClientKind.WRONG_NAME, ClientKind.UNTRUSTED, ClientKind.WITHOUT_INTERMEDIATES])
def test_postfix_keeps_what_is_refused_with_the_wrong_certificate_and_delivers_it_by_address(
    kind: ClientKind, tmp_path: Path
) -> None:
    with Emulator(a_world_by_certificate(), at=parse_instant("2026-12-01")) as emulator:
        shown = issue_client(emulator.authority, kind, "mail.contoso.com").write_to(tmp_path, "smart-host")
        with SmartHost(emulator.sites["hq"].endpoints["mx"], emulator.ca_file, shown) as smart_host:
            smart_host.send(SCANNER, OUTSIDE, LETTER)
            (waiting,) = smart_host.queue()
            kept = len(emulator.store.mail)
            emulator.reset(world=a_world("203.0.113.42"))
            line = smart_host.try_again(OUTSIDE)

        (message,) = emulator.store.mail.messages()
        raw = bytes(emulator.store.mail.raw(message.id) or b"")

    (recipient,) = waiting["recipients"]
    assert "550 5.7.64 TenantAttribution; Relay Access Denied" in recipient["delay_reason"]
    assert 0 == kept
    assert "status=sent" in line
    assert b"Page 1" in raw
