"""Takes the samples of a round: each server of its own, a warm-up, and the server's counters around the load."""

from __future__ import annotations

import resource
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import quantiles
from typing import Final

from relaylab.domain.randomness import Randomness
from tests.benchmarks.drivers.client import Refused
from tests.benchmarks.processes import NotReady, forget_highest, load
from tests.benchmarks.results import Failure, Sample
from tests.benchmarks.servers import Launcher
from tests.benchmarks.workloads import Workload

_DESCRIPTORS: Final = 20_000  # one a connection, here and in each server
_TROUBLE: Final = (NotReady, Refused, OSError)


def samples(
    launchers: Sequence[Launcher], workload: Workload, amount: int, number: int, dice: Randomness
) -> Iterator[Sample | Failure]:
    """Give a round of a load: of each server as many samples as the load has turns, or why one could not be taken.

    Servers of a load with turns run side by side and are loaded one after the other, in another order each turn: what
    slows the machine for a second slows them all. A load with one turn measures memory, or lasts: servers run alone.
    """
    order = dice.stream("order", number, workload.name)
    at_once = [launchers] if workload.turns > 1 else [[one] for one in order.sample(launchers, len(launchers))]
    for side_by_side in at_once:
        with ExitStack() as running:
            able = [_Ready(launcher, workload, running) for launcher in side_by_side]
            for turn in range(workload.turns):
                for ready in order.sample(able, len(able)):
                    found = ready.sample(amount // workload.turns, number * workload.turns + turn)
                    if isinstance(found, Failure):
                        able.remove(ready)
                    yield found


class _Ready:
    """A server that was started and warmed up; one that was not says why when it is to be loaded."""

    def __init__(self, launcher: Launcher, workload: Workload, running: ExitStack) -> None:
        self.name = launcher.name
        self._workload = workload
        self._why: Exception | None = None
        try:
            folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
            self._server = running.enter_context(launcher.start(folder, workload.tenants))
            if workload.warm_up:
                (workload.warm or workload.work)(self._server, workload.warm_up)
        except _TROUBLE as error:
            self._why = error

    def sample(self, amount: int, number: int) -> Sample | Failure:
        """Put the load on it."""
        workload = self._workload
        try:
            if self._why:
                raise self._why
            forget_highest(self._server.pid)
            taken = workload.work(self._server, amount)
        except _TROUBLE as error:
            return Failure(workload=workload.name, server=self.name, round=number, why=str(error))
        before, after = taken.counters
        shares = [second * 1e6 for second in quantiles(taken.seconds, n=100)] if taken.seconds else []
        return Sample(
            workload=workload.name,
            server=self.name,
            round=number,
            units=amount * workload.each,
            wall_s=after.at - before.at,
            cpu_s=after.cpu - before.cpu,
            hwm_bytes=after.highest,
            base_bytes=before.resident,
            load1=load(),
            driver=workload.driver,
            p50_us=shares[49] if shares else None,
            p99_us=shares[98] if shares else None,
            held_bytes=taken.held,
        )


def raise_descriptors() -> None:
    """Allow many connections here and in what is started from here, as far as the system lets us."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _DESCRIPTORS if most == resource.RLIM_INFINITY else min(_DESCRIPTORS, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
