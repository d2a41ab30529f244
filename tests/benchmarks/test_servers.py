"""Servers are measured only where the process just started is the one that answers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from tests.benchmarks import processes
from tests.benchmarks.drivers.client import Refused
from tests.benchmarks.drivers.forked import spread


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
        spread(2, work)
