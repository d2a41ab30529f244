"""Servers are measured only where the process just started is the one that answers, and only while it is loaded."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from unittest.mock import MagicMock

import pytest

from tests.benchmarks import processes
from tests.benchmarks.drivers import client, raw
from tests.benchmarks.drivers.client import Refused
from tests.benchmarks.drivers.forked import spread
from tests.benchmarks.servers import Running
from tests.benchmarks.workloads import PAGE


def test_a_port_that_another_process_listens_on_is_not_measured() -> None:
    with socket.create_server(("127.0.0.1", 0)) as ours:
        port = ours.getsockname()[1]
        processes.check_listener(os.getpid(), port)

        with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
            with pytest.raises(processes.NotReady, match="another program does"):
                processes.check_listener(other.pid, port)
            other.kill()


def test_a_server_that_ends_at_once_is_not_waited_for() -> None:
    command = [sys.executable, "-c", "raise SystemExit(3)"]

    with subprocess.Popen(command, text=True) as process, pytest.raises(processes.NotReady, match="ended with 3"):
        processes.await_banner(process, processes.free_port())


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # xdist has threads; a driver of the runner has none
def test_what_fails_in_a_driver_s_process_fails_the_load() -> None:
    def work(number: int) -> None:
        if number == 1:
            raise Refused("452 too many")

    with pytest.raises(Refused, match="452 too many"):
        spread(2, work, os.getpid())


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_what_is_timed_begins_when_every_driver_waits_and_ends_with_their_last_word(tmp_path: Path) -> None:
    def work(number: int) -> None:
        (tmp_path / str(number)).write_text(repr(time.perf_counter()), encoding="ascii")

    before, after = spread(2, work, os.getpid())

    began = [float((tmp_path / name).read_text(encoding="ascii")) for name in "01"]
    assert all(before.at < at < after.at for at in began)


@pytest.mark.parametrize(
    "load",
    [
        lambda server: raw.small(server, 8, reuse=False),
        lambda server: raw.large(server, 1, PAGE),
        lambda server: raw.large(server, 1, PAGE, by_chunks=True),
        lambda server: raw.large_signed_in(server, 1, PAGE),
        lambda server: raw.signed_in(server, 8),
    ],
)
def test_what_is_sent_is_made_before_anything_is_timed(
    load: Callable[[Running], raw.Counted], monkeypatch: pytest.MonkeyPatch
) -> None:
    def timed(_workers: int, work: Callable[[int], None], _pid: int) -> raw.Counted:
        made = client.message.cache_info().misses
        work(0)
        assert made == client.message.cache_info().misses
        return now, now

    client.message.cache_clear()
    client.ended.cache_clear()
    now = processes.read(os.getpid())
    monkeypatch.setattr(raw, "spread", timed)
    monkeypatch.setattr(raw, "Client", MagicMock())
    monkeypatch.setattr(raw, "context_for", MagicMock())

    assert (now, now) == load(Running("nobody", os.getpid(), 0, 0, Path()))
    assert client.message.cache_info().misses > 0


@pytest.mark.parametrize("octets", [1024, PAGE])
def test_a_message_is_as_long_as_asked_or_less_than_a_line_shorter(octets: int) -> None:
    assert octets - 78 < len(client.message(octets)) <= octets
