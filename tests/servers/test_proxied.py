"""Listeners behind a balancer, with the header that it sends and with HAProxy itself."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from relaylab import Emulator
from relaylab.app.config import parse_world
from relaylab.app.emulator import Settings
from relaylab.domain.clock import parse_instant
from relaylab.domain.event import Connected, TurnedAway
from relaylab.servers.fleet import Listening
from tests.clients.by_socket import PATIENCE, Wire
from tests.clients.programs import daemon
from tests.servers.test_proxy_header import V1, V2

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
sender_ip_addresses = ["203.0.113.42"]
[[site]]
name = "hq"
public_ip = "203.0.113.42"
"""


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    settings = Settings(proxy_protocol=True)
    with Emulator(parse_world(WORLD, "test"), at=parse_instant("2026-12-01"), settings=settings) as running:
        yield running


class Introduced(Wire):
    """A connection that begins with these octets."""

    def __init__(self, emulator: Emulator, octets: bytes) -> None:
        where = emulator.endpoints["mx"]
        self.socket = socket.create_connection((where.host, where.port), PATIENCE)
        self._received = b""
        self.send(octets)
        self.greeting = self.reply()


def of_kind(emulator: Emulator, kind: type) -> list[object]:
    return [entry.event for entry in emulator.store.events if isinstance(entry.event, kind)]


@pytest.mark.parametrize("header", [V1, V2], ids=["version 1", "version 2"])
def test_the_address_in_the_header_is_the_client_s_and_its_site_is_the_one_of_that_address(
    emulator: Emulator, header: bytes
) -> None:
    with Introduced(emulator, header) as wire:
        assert "Hello [203.0.113.42]" in wire.say("EHLO device")
        assert wire.begin_message("scanner@contoso.com", "someone@adatum.example").startswith("354")
        wire.send(b"From: scanner@contoso.com\r\n\r\nPage 1\r\n")
        assert wire.say(".").startswith("250 2.6.0")

    (connected,) = of_kind(emulator, Connected)
    assert isinstance(connected, Connected)
    assert ("203.0.113.42", "hq") == (connected.ip, connected.site)


def test_what_a_client_sends_with_the_header_is_heard(emulator: Emulator) -> None:
    with Introduced(emulator, V1 + b"EHLO device\r\n") as wire:
        assert wire.greeting.startswith("220")
        assert "Hello [203.0.113.42]" in wire.reply()


def test_tls_works_behind_a_header(emulator: Emulator) -> None:
    with Introduced(emulator, V2) as wire:
        wire.start_tls(emulator.ca_file)

        assert "Hello [203.0.113.42]" in wire.say("EHLO device")


@pytest.mark.parametrize("octets", [b"EHLO device\r\n", b"PROXY TCP4 nonsense\r\n"])
def test_a_connection_without_a_good_header_is_closed_without_a_word_and_logged(
    emulator: Emulator, octets: bytes
) -> None:
    with Introduced(emulator, octets) as wire:
        assert "" == wire.greeting
        assert b"" == wire.rest()

    (turned_away,) = of_kind(emulator, TurnedAway)
    assert isinstance(turned_away, TurnedAway)
    assert "127.0.0.1" == turned_away.remote
    assert "header" in turned_away.why
    assert [] == of_kind(emulator, Connected)


def test_a_balancer_that_speaks_for_itself_comes_from_nowhere_in_particular(emulator: Emulator) -> None:
    with Introduced(emulator, b"PROXY UNKNOWN\r\n") as wire:
        assert "Hello [192.0.2.1]" in wire.say("EHLO balancer")


def test_who_asks_whether_the_listeners_are_ready_brings_a_header_and_leaves_no_trace(emulator: Emulator) -> None:
    assert emulator.is_ready()
    assert 0 == len(emulator.store.events)


CONFIGURATION = """
defaults
  mode tcp
  timeout connect 10s
  timeout client 60s
  timeout server 60s
listen mx
  bind fd@{door}
  server relaylab {host}:{port} {send}
"""


@pytest.mark.clients
@pytest.mark.parametrize("send", ["send-proxy", "send-proxy-v2"])
def test_haproxy_hands_a_connection_over_with_the_address_that_it_sees(
    emulator: Emulator, send: str, tmp_path: Path
) -> None:
    where, file = emulator.endpoints["mx"], tmp_path / "haproxy.cfg"
    with socket.create_server(("127.0.0.1", 0)) as door:  # inherited: whoever connects waits until HAProxy is there
        file.write_text(CONFIGURATION.format(door=door.fileno(), host=where.host, port=where.port, send=send))
        command = [daemon("haproxy"), "-db", "-f", str(file)]
        balancer = subprocess.Popen(command, pass_fds=[door.fileno()], stderr=subprocess.PIPE)
        try:
            with Wire(Listening("127.0.0.1", door.getsockname()[1])) as wire:
                wire.start_tls(emulator.ca_file)
                assert "Hello [127.0.0.1]" in wire.say("EHLO device")
        finally:
            balancer.terminate()
            balancer.communicate(timeout=PATIENCE)

    assert [] == of_kind(emulator, TurnedAway)
