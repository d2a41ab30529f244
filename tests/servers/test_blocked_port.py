"""Port 25 as an access provider blocks it, at the MX of one site."""

import socket

import pytest

from relaylab import Emulator
from relaylab.app.config import parse_world
from relaylab.domain.clock import parse_instant
from relaylab.domain.world import World
from tests.clients.by_socket import Wire
from tests.servers.test_proxied import WORLD


def a_site_whose_port_25_is(state: str) -> World:
    return parse_world(WORLD + f'outbound_port_25 = "{state}"\n', "test").world


def an_emulator(state: str) -> Emulator:
    return Emulator(a_site_whose_port_25_is(state), at=parse_instant("2026-12-01"))


def test_a_refused_port_resets_every_connection() -> None:
    with an_emulator("refused") as emulator:
        where = emulator.sites["hq"].endpoints["mx"]

        with pytest.raises(ConnectionRefusedError):
            Wire(where)


def test_a_dropped_port_answers_nobody() -> None:
    with an_emulator("dropped") as emulator:
        where = emulator.sites["hq"].endpoints["mx"]

        with pytest.raises(TimeoutError):
            _look(where.host, where.port)


@pytest.mark.parametrize("state", ["refused", "dropped"])
def test_only_the_mx_of_that_site_is_blocked(state: str) -> None:
    with an_emulator(state) as emulator:
        for where in (emulator.endpoints["mx"], emulator.sites["hq"].endpoints["submission"]):
            with Wire(where) as wire:
                assert wire.greeting.startswith("220")


@pytest.mark.parametrize("state", ["refused", "dropped"])
def test_a_port_opens_and_closes_again_with_the_world(state: str) -> None:
    with an_emulator("open") as emulator:
        where = emulator.sites["hq"].endpoints["mx"]
        emulator.reset(world=a_site_whose_port_25_is(state))
        with pytest.raises(OSError, match=r"refused|timed out"):
            _look(where.host, where.port)
        emulator.reset(world=a_site_whose_port_25_is("open"))

        with Wire(where) as wire:
            assert wire.greeting.startswith("220")


@pytest.mark.parametrize("state", ["refused", "dropped"])
def test_an_emulator_is_ready_although_a_provider_blocks_a_port(state: str) -> None:
    with an_emulator(state) as emulator:
        assert emulator.is_ready()


def _look(host: str, port: int) -> None:
    """Connect and wait for a greeting: where a kernel answers for us, there is none."""
    with socket.create_connection((host, port), timeout=0.5) as client:
        client.recv(1)
