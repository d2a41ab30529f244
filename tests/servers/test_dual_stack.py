"""A site with an IPv4 and an IPv6 address: each has ports of its own, and a connector knows one of them only."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from relaylab.app.config import parse_world
from relaylab.app.emulator import Emulator, Settings
from relaylab.app.serving import describe
from relaylab.domain.clock import parse_instant
from relaylab.domain.peer import Peer
from relaylab.session.turn import Dialogue
from relaylab_certs import TestAuthority
from tests.clients.by_socket import Wire
from tests.clients.controlled import Controlled
from tests.clients.served import free_port_bases

WORLD = """
[[tenant]]
name = "contoso"
  [[tenant.accepted_domain]]
  name = "contoso.com"
  [[tenant.mailbox]]
  address = "scanner@contoso.com"
  [[tenant.inbound_connector]]
  name = "hq"
  connector_type = "OnPremises"
  sender_domains = ["*"]
  sender_ip_addresses = ["203.0.113.42"]
[[site]]
name = "hq"
public_ip = "203.0.113.42"
public_ipv6 = "2001:db8::42"
client_addresses = ["10.1.1.1", "fd00::1"]
[[site]]
name = "shop"
public_ip = "198.51.100.7"
"""
IPV4, IPV6 = Peer(ip_address("203.0.113.42"), "hq"), Peer(ip_address("2001:db8::42"), "hq")


@pytest.fixture(scope="module")
def emulator(authority: TestAuthority) -> object:
    with Emulator(parse_world(WORLD, "w"), at=parse_instant("2026-12-01"), authority=authority) as started:
        yield started


def relayed(where: object) -> str:
    """Relay to somebody outside; give the last answer."""
    with Wire(where) as wire:  # type: ignore[arg-type]
        wire.say("EHLO device.contoso.com")
        wire.say("MAIL FROM:<scanner@contoso.com>")
        wire.say("RCPT TO:<someone@adatum.example>")
        wire.say("DATA")
        return wire.say("From: scanner@contoso.com\r\n\r\nx\r\n.")


def test_the_same_device_relays_over_ipv4_and_is_refused_over_ipv6(emulator: Emulator) -> None:
    site = emulator.sites["hq"]

    assert relayed(site.endpoints["mx"]).startswith("250 2.6.0")
    assert relayed(site.ipv6["mx"]).startswith("550 5.7.64 TenantAttribution; Relay Access Denied")


def test_the_verdict_says_that_the_connector_holds_ipv4_only(emulator: Emulator) -> None:
    controlled = Controlled(emulator)
    relayed(emulator.sites["hq"].ipv6["mx"])

    verdict = controlled.get("/verdicts/last")["verdict"]
    controlled.close()
    assert "mx.data.relay_is_denied_over_ipv6" == verdict["rule"]
    assert any("arrived over IPv6 from 2001:db8::42; connectors hold IPv4 only" in one for one in verdict["because"])
    assert "IPv4" in verdict["fix"]


def test_the_ports_of_a_site_are_told_apart_by_family(emulator: Emulator) -> None:
    desk = emulator._fleet.desk

    assert IPV4 == desk("mx", "hq")._peers.of("127.0.0.1")
    assert IPV6 == desk("mx", "hq", over_ipv6=True)._peers.of("127.0.0.1")
    assert Peer(ip_address("198.51.100.7"), "shop") == desk("mx", "shop", over_ipv6=True)._peers.of("127.0.0.1")


@pytest.mark.parametrize(
    ("client", "peer"), [("10.1.1.1", IPV4), ("fd00::1", IPV6), ("::ffff:10.1.1.1", Peer(ip_address("192.0.2.1")))]
)
def test_a_site_s_own_client_arrives_by_the_family_that_it_uses(client: str, peer: Peer, emulator: Emulator) -> None:
    assert peer == emulator.desk("mx")._peers.of(client)


@pytest.mark.parametrize(
    ("source", "peer"),
    [("203.0.113.42", IPV4), ("2001:db8::42", IPV6), ("2001:db8::43", Peer(ip_address("2001:db8::43")))],
)
def test_a_balancer_may_name_either_address(source: str, peer: Peer, emulator: Emulator) -> None:
    dialogue = emulator.desk("mx").open_for(ip_address(source), emulator._house.moment())

    assert f"[{peer.ip}]" in _hello(dialogue, emulator)


def _hello(dialogue: Dialogue, emulator: Emulator) -> str:
    moment = emulator._house.moment()
    return dialogue.receive_line(b"EHLO device.contoso.com", moment).data.decode()


def test_serve_tells_both_and_a_site_of_one_family_as_before(emulator: Emulator) -> None:
    controlled = Controlled(emulator)
    told = describe(emulator, controlled.server)["sites"]
    controlled.close()
    assert isinstance(told, dict)

    assert ("203.0.113.42", "2001:db8::42") == (told["hq"]["public_ip"], told["hq"]["public_ipv6"])
    assert {"submission", "mx", "hve", "acs_smtp", "submission_legacy"} == set(told["hq"]["ipv6"])
    assert told["hq"]["ipv6"]["mx"] != told["hq"]["mx"]
    assert not {"public_ipv6", "ipv6"} & set(told["shop"])


def test_with_a_port_base_the_ipv6_side_is_ten_ports_further(authority: TestAuthority) -> None:
    base = next(free_port_bases(40))
    settings = Settings(port_base=base)
    with Emulator(
        parse_world(WORLD, "w"), at=parse_instant("2026-12-01"), authority=authority, settings=settings
    ) as it:
        hq, shop = it.sites["hq"], it.sites["shop"]
        ports = [where["mx"].port for where in (hq.endpoints, hq.ipv6, shop.endpoints)]

    assert [base + 11, base + 21, base + 31] == ports


def test_every_listener_of_a_dual_stack_site_is_proved_ready(emulator: Emulator) -> None:
    assert emulator.is_ready()
    assert "mx of site hq over IPv6" in [one.name for one in emulator.listeners]
