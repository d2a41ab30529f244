"""Where a client comes from, as the service sees it: an endpoint, a site's own port, or a site's own client."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

import pytest

from relaylab.domain.peer import Peer
from tests.clients.by_socket import send_directly
from tests.conftest import Emulate


def test_what_comes_to_an_endpoint_comes_from_the_default_address(emulate: Emulate) -> None:
    emulator = emulate()

    assert "Hello [192.0.2.1]" in send_directly(emulator.endpoints["mx"])
    assert [None] == [kept.site for kept in emulator.store.mail.messages()]


def test_what_comes_to_the_port_of_a_site_comes_from_its_public_address(emulate: Emulate) -> None:
    emulator = emulate()
    site = emulator.sites["hq"]

    assert f"Hello [{site.public_ip}]" in send_directly(site.endpoints["mx"])
    assert ["hq"] == [kept.site for kept in emulator.store.mail.messages()]
    assert ip_address("203.0.113.42") == ip_address(site.public_ip)


def test_a_client_address_of_a_site_counts_as_that_site_at_any_endpoint(emulate: Emulate) -> None:
    emulator = emulate()

    assert "Hello [198.51.100.7]" in send_directly(emulator.endpoints["mx"], source="127.0.0.5")
    assert ["shop"] == [kept.site for kept in emulator.store.mail.messages()]


def test_the_port_of_a_site_wins_over_the_address_of_another(emulate: Emulate) -> None:
    emulator = emulate()

    assert "Hello [203.0.113.42]" in send_directly(emulator.sites["hq"].endpoints["mx"], source="127.0.0.5")


@pytest.mark.parametrize("client", ["192.168.1.50", "10.0.0.9", "100.64.0.9", "169.254.3.4", "fd00::9", "fe80::9%eth0"])
def test_a_client_of_a_private_network_comes_from_the_default_address(client: str, emulate: Emulate) -> None:
    assert Peer(ip_address("192.0.2.1")) == emulate().desk("mx")._peers.of(client)


def test_a_client_with_a_public_address_comes_from_it(emulate: Emulate) -> None:
    assert Peer(ip_address("1.1.1.1")) == emulate().desk("mx")._peers.of("1.1.1.1")


def test_a_client_whose_address_is_known_comes_from_elsewhere_in_another_world(emulate: Emulate) -> None:
    desk = emulate().desk("mx")
    holder, before = desk.house.holder, desk._peers.of("127.0.0.5")
    holder.swap(replace(holder.world, sites=()), holder.rulebook)

    assert "shop" == before.site
    assert Peer(ip_address("192.0.2.1")) == desk._peers.of("127.0.0.5")
