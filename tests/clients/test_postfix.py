"""Debian's Postfix relays an office's mail through a connector, and keeps it where there is none."""

from __future__ import annotations

import pytest

from relaylab import Emulator
from relaylab.app.config import LoadedWorld, parse_world
from relaylab.domain.clock import parse_instant
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


def a_world(listed: str) -> LoadedWorld:
    return parse_world(WORLD.replace("LISTED", listed), "office")


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
