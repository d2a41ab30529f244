"""Which address and port each listener of a lab has, and what is said when one cannot be had."""

from __future__ import annotations

import errno
import socket
from contextlib import closing

import pytest

from relaylab.app.config import LoadedWorld
from relaylab.app.emulator import Emulator, Settings
from relaylab.domain.clock import parse_instant
from relaylab.servers.fleet import LISTENERS, ListenError
from relaylab.servers.lab_obstacles import way_out
from relaylab.servers.lab_plan import REAL_PORTS, LabPlan
from relaylab_certs import TestAuthority
from tests.conftest import Emulate
from tests.servers.labs import OTHER, needs_more_loopback

PLAN = LabPlan(address="192.168.1.20", endpoints={"submission_legacy": "192.168.1.22"}, sites={"hq": "192.168.1.21"})


def test_every_listener_has_a_real_port() -> None:
    assert {*LISTENERS, "https"} == set(REAL_PORTS)


@pytest.mark.parametrize(
    ("endpoint", "site", "place"),
    [
        ("submission", None, ("192.168.1.20", 587)),
        ("mx", None, ("192.168.1.20", 25)),
        ("submission_legacy", None, ("192.168.1.22", 587)),
        ("submission", "hq", ("192.168.1.21", 587)),
        ("mx", "hq", ("192.168.1.21", 25)),
        ("submission_legacy", "hq", None),  # its port is taken there by submission
        ("mx", "shop", None),  # a site without an address
    ],
)
def test_on_one_address_a_port_is_one_service(endpoint: str, site: str | None, place: tuple[str, int] | None) -> None:
    assert place == PLAN.place(endpoint, site)


def test_the_certificate_carries_every_address_and_name() -> None:
    plan = LabPlan(address="192.168.1.20", sites={"hq": "fd00::21"}, names=("printer-lab.example",))

    assert ("192.168.1.20", "fd00::21", "printer-lab.example") == plan.certified


def test_an_address_of_the_internet_is_known_for_one() -> None:
    plan = LabPlan(address="192.168.1.20", sites={"hq": "1.1.1.1", "shop": "fd00::21", "park": "2600::1"})

    assert ("1.1.1.1", "2600::1") == plan.internet_addresses


# What stands in the way ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "port", "platform", "said"),
    [
        (errno.EACCES, 587, "linux", "net.ipv4.ip_unprivileged_port_start=25"),
        (errno.EACCES, 587, "linux", "setcap cap_net_bind_service=+ep"),
        (errno.EACCES, 587, "linux", "authbind or sudo (then add --ca DIR"),
        (errno.EACCES, 587, "linux", "; or move: --lab-ports 587:2587"),
        (errno.EACCES, 587, "darwin", "run it with sudo (and add --ca DIR"),
        (errno.EACCES, 587, "win32", "excludedportrange"),
        (errno.EADDRINUSE, 587, "linux", "`sudo ss -ltnp 'sport = :587'` finds it), or move: --lab-ports 587:2587"),
        (errno.EADDRINUSE, 587, "darwin", "lsof -iTCP:587"),
        (errno.EADDRINUSE, 587, "win32", "netstat -abno"),
        (errno.EADDRINUSE, 2587, "linux", "or move: --lab-ports 587:0"),
        (errno.EADDRNOTAVAIL, 587, "linux", "name one of this machine's own addresses (`ip address` lists them)"),
        (errno.EADDRNOTAVAIL, 587, "win32", "(`ipconfig` lists them)"),
        (errno.EAFNOSUPPORT, 587, "linux", "this machine has no IPv6; name an IPv4 address"),
    ],
)
def test_each_obstacle_has_a_way_out_on_each_system(number: int, port: int, platform: str, said: str) -> None:
    assert said in way_out(number, port, 587, platform=platform)


def test_an_address_of_another_machine_is_named_with_the_way_out(emulate: Emulate) -> None:
    plan = LabPlan(address="203.0.113.9", ports={587: 0, 25: 0})

    with pytest.raises(
        ListenError, match=r"submission cannot listen on 203\.0\.113\.9:0: .*; name one of this machine"
    ):
        emulate(settings=Settings(lab=plan))


@needs_more_loopback
def test_a_taken_port_is_named_and_nothing_stays_half_started(
    small_world: LoadedWorld, authority: TestAuthority
) -> None:
    with closing(socket.create_server((OTHER, 0))) as taken, closing(socket.create_server((OTHER, 0))) as probe:
        busy, free = taken.getsockname()[1], probe.getsockname()[1]
        probe.close()
        plan = LabPlan(address=OTHER, sites={"hq": "127.0.0.1"}, ports={587: free, 25: busy})
        emulator = Emulator(
            small_world, at=parse_instant("2026-12-01"), authority=authority, settings=Settings(lab=plan)
        )

        with pytest.raises(ListenError, match=f"mx cannot listen on {OTHER}:{busy}: .*; end the program that listens"):
            emulator.__enter__()
        socket.create_server((OTHER, free)).close()
