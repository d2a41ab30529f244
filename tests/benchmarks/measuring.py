"""Takes one sample: a server of its own, a warm-up, and the server's counters before and after the load."""

from __future__ import annotations

import resource
import tempfile
from pathlib import Path
from statistics import quantiles
from typing import Final

from tests.benchmarks.drivers.client import Refused
from tests.benchmarks.processes import NotReady, forget_highest, load
from tests.benchmarks.results import Failure, Sample
from tests.benchmarks.servers import Launcher
from tests.benchmarks.workloads import Workload

_DESCRIPTORS: Final = 20_000  # one a connection, here and in each server


def sample(launcher: Launcher, workload: Workload, amount: int, number: int) -> Sample | Failure:
    """Start a server, put the load on it, and end it."""
    try:
        with tempfile.TemporaryDirectory() as name, launcher.start(Path(name), workload.tenants) as server:
            if workload.warm_up:
                (workload.warm or workload.work)(server, workload.warm_up)
            forget_highest(server.pid)
            taken = workload.work(server, amount)
    except (NotReady, Refused, OSError) as error:
        return Failure(workload=workload.name, server=launcher.name, round=number, why=str(error))
    before, after = taken.counters
    shares = [second * 1e6 for second in quantiles(taken.seconds, n=100)] if taken.seconds else []
    return Sample(
        workload=workload.name,
        server=launcher.name,
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
