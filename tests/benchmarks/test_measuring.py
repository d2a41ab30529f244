"""A round: every server has its turn in every turn, and one that fails has no further."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from relaylab.domain.randomness import Randomness
from tests.benchmarks.drivers.client import Refused
from tests.benchmarks.measuring import samples
from tests.benchmarks.processes import read
from tests.benchmarks.results import Failure
from tests.benchmarks.servers import Launcher, Running
from tests.benchmarks.workloads import Taken, Workload


class Estate:
    """Servers that are this process, and what was done with them, in order; "broken" refuses what is sent to it."""

    def __init__(self) -> None:
        self.done = list[str]()

    def launcher(self, name: str) -> Launcher:
        @contextlib.contextmanager
        def start(folder: Path, _tenants: int) -> Iterator[Running]:
            self.done.append(f"+{name}")
            yield Running(name, os.getpid(), 0, 0, folder)
            self.done.append(f"-{name}")

        return Launcher(name, start, lambda: None, lambda: "1")

    def work(self, server: Running, _amount: int) -> Taken:
        self.done.append(server.name)
        if server.name == "broken":
            raise Refused("452 too many")
        now = read(os.getpid())
        return Taken((now, now))

    def load(self, turns: int) -> Workload:
        return Workload(name="T1", title="", unit="message", work=self.work, amount=40, warm_up=0, turns=turns)


def test_servers_of_a_load_with_turns_run_side_by_side_and_have_each_their_turn() -> None:
    estate = Estate()

    found = list(samples([estate.launcher(name) for name in "ab"], estate.load(4), 40, 2, Randomness(0)))

    assert ["+a", "+b"] == estate.done[:2]
    assert [8, 8, 9, 9, 10, 10, 11, 11] == [one.round for one in found]
    assert [["a", "b"]] * 4 == [sorted(estate.done[turn : turn + 2]) for turn in (2, 4, 6, 8)]
    assert {10} == {one.units for one in found if not isinstance(one, Failure)}


def test_servers_of_a_load_without_turns_run_alone() -> None:
    estate = Estate()

    list(samples([estate.launcher(name) for name in "ab"], estate.load(1), 40, 0, Randomness(0)))

    assert [["+a", "a", "-a"], ["+b", "b", "-b"]] == sorted([estate.done[:3], estate.done[3:]])


def test_a_server_that_refuses_is_a_failure_once_and_stops_no_other() -> None:
    estate = Estate()

    found = list(samples([estate.launcher(name) for name in ("a", "broken")], estate.load(3), 30, 0, Randomness(0)))

    assert ["452 too many"] == [one.why for one in found if isinstance(one, Failure)]
    assert ["a"] * 3 == [one.server for one in found if not isinstance(one, Failure)]
    assert 1 == estate.done.count("broken")
