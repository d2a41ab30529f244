"""Whether it stays as fast: more tenants, more kept messages, more open connections; the emulator against itself."""

from __future__ import annotations

from typing import Final

from tests.benchmarks.drivers import raw, smtp_source
from tests.benchmarks.servers import EMULATOR, EMULATOR_ASYNCIO, Running
from tests.benchmarks.workloads import Taken, Work, Workload

_SESSIONS: Final = 20
_AMOUNT: Final = 5_000
_SETTLED: Final = 200
OPEN: Final = 5_000


def _small(server: Running, amount: int) -> Taken:
    return Taken(smtp_source.small(server, amount, sessions=_SESSIONS, reuse=True))


def _beside(idle: int) -> Work:
    """Send small messages while other connections are open in TLS; only the sending counts."""

    def work(server: Running, amount: int) -> Taken:
        with raw.idle(server, idle if amount > _SETTLED else 0, tls=True):
            return _small(server, amount)

    return work


def _workload(name: str, title: str, work: Work = _small, *, warm_up: int = _SETTLED, tenants: int = 1) -> Workload:
    return Workload(
        name=name,
        title=title,
        unit="message",
        work=work,
        amount=_AMOUNT,
        warm_up=warm_up,
        tenants=tenants,
        servers=(EMULATOR, EMULATOR_ASYNCIO),
        driver=smtp_source.NAME,
    )


GROWTH: Final = (
    _workload("G1", "1 KB, a world of 1 tenant"),
    _workload("G60", "1 KB, a world of 60 tenants", tenants=60),
    _workload("G10000", "1 KB, a world of 10,000 tenants", tenants=10_000),
    _workload("K10", "1 KB, 10 messages kept before", warm_up=10),
    _workload("K100000", "1 KB, 100,000 messages kept before", warm_up=100_000),
    _workload("O0", "1 KB, no other connection", _beside(0)),
    _workload("O5000", f"1 KB, {OPEN:,} other connections in TLS", _beside(OPEN)),
)
