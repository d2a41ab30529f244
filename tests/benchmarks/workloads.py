"""The loads, by number: what is sent, how much of it, and which servers can take it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from tests.benchmarks.drivers import raw, smtp_source
from tests.benchmarks.processes import Reading, read
from tests.benchmarks.servers import BARE, EMULATOR, EMULATOR_ASYNCIO, MAILDEV, NPM, SINK, Running

SCAN: Final = 25 << 20  # octets of a large message
PAGE: Final = 1 << 20  # octets of one that warms up: as many as fill what is received into
MEGA: Final = 1e6
ALL: Final = (EMULATOR, EMULATOR_ASYNCIO, BARE, SINK, NPM, MAILDEV)
WITH_TLS: Final = (EMULATOR, EMULATOR_ASYNCIO, BARE, NPM)
PROMPT: Final = (EMULATOR, EMULATOR_ASYNCIO, BARE, SINK)  # the servers of Node hold each greeting back for 0.1 s
OURS: Final = (EMULATOR, EMULATOR_ASYNCIO)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a load tells: the server's counters around it, seconds of each session, octets that each unit holds."""

    counters: tuple[Reading, Reading]
    seconds: list[float] = field(default_factory=list)
    held: float | None = None


Work = Callable[[Running, int], Taken]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """A load: ``amount`` of it are sent after ``warm_up`` of it, or of another; one of the amount is ``each`` units.

    The amount is sent in so many ``turns``, between which the other servers have theirs. A turn of small messages lasts
    a tenth of a second where the server is fast: in half of that, the start of the driver is a tenth of what is timed.
    """

    name: str
    title: str
    unit: str
    work: Work
    amount: int
    smoke: int = 0
    warm_up: int = 1
    warm: Work | None = None
    each: float = 1.0
    turns: int = 1
    servers: tuple[str, ...] = ALL
    driver: str = raw.NAME
    tenants: int = 1


def _small(*, sessions: int, reuse: bool) -> Work:
    def work(server: Running, amount: int) -> Taken:
        return Taken(smtp_source.small(server, amount, sessions=min(sessions, amount), reuse=reuse))

    return work


def _large(octets: int = SCAN, *, by_chunks: bool = False) -> Work:
    def work(server: Running, amount: int) -> Taken:
        return Taken(raw.large(server, amount, octets, by_chunks=by_chunks))

    return work


def _large_signed_in(octets: int = SCAN) -> Work:
    def work(server: Running, amount: int) -> Taken:
        return Taken(raw.large_signed_in(server, amount, octets))

    return work


def _at_once(octets: int = SCAN) -> Work:
    def work(server: Running, amount: int) -> Taken:
        return Taken(raw.large(server, 1, octets, at_once=amount))

    return work


def _signed_in(server: Running, amount: int) -> Taken:
    return Taken(raw.signed_in(server, amount))


def _idle(*, tls: bool) -> Work:
    def work(server: Running, amount: int) -> Taken:
        before = read(server.pid)
        with raw.idle(server, amount, tls=tls):
            now = read(server.pid)
        return Taken((before, now), held=(now.resident - before.resident) / amount)

    return work


def _one_at_a_time(server: Running, amount: int) -> Taken:
    counters, seconds = raw.latencies(server, amount)
    return Taken(counters, seconds)


WORKLOADS: Final = (
    Workload(
        name="T1",
        title="1 KB, a connection each, 200 at once",
        unit="message",
        work=_small(sessions=200, reuse=False),
        amount=6000,
        smoke=6000,
        turns=6,
        warm_up=200,
        driver=smtp_source.NAME,
    ),
    Workload(
        name="T2",
        title="1 KB, over 20 connections",
        unit="message",
        work=_small(sessions=20, reuse=True),
        amount=12_000,
        smoke=12_000,
        turns=6,
        warm_up=200,
        driver=smtp_source.NAME,
    ),
    Workload(
        name="T3",
        title="25 MiB by DATA",
        unit="MB",
        work=_large(),
        warm=_large(PAGE),
        amount=4,
        smoke=4,
        turns=2,
        each=SCAN / MEGA,
    ),
    Workload(
        name="T4",
        title="25 MiB by BDAT",
        unit="MB",
        work=_large(by_chunks=True),
        warm=_large(PAGE, by_chunks=True),
        amount=4,
        turns=2,
        each=SCAN / MEGA,
        servers=OURS,
    ),
    Workload(
        name="T5",
        title="25 MiB by DATA over TLS, signed in",
        unit="MB",
        work=_large_signed_in(),
        warm=_large_signed_in(PAGE),
        amount=4,
        turns=2,
        each=SCAN / MEGA,
        servers=WITH_TLS,
    ),
    Workload(
        name="T6",
        title="STARTTLS, AUTH, 10 KB, a connection each",
        unit="session",
        work=_signed_in,
        amount=960,
        warm_up=8,
        turns=6,
        servers=WITH_TLS,
    ),
    Workload(
        name="T7",
        title="5,000 idle connections",
        unit="connection",
        work=_idle(tls=False),
        amount=5000,
        warm_up=50,
    ),
    Workload(
        name="T7-tls",
        title="5,000 idle connections in TLS",
        unit="connection",
        work=_idle(tls=True),
        amount=5000,
        warm_up=50,
        servers=WITH_TLS,
    ),
    Workload(
        name="T8",
        title="memory of one 25 MiB message",
        unit="MB",
        work=_large(),
        warm=_large(PAGE),
        amount=1,
        each=SCAN / MEGA,
    ),
    Workload(
        name="T8-8",
        title="memory of eight 25 MiB messages at once",
        unit="MB",
        work=_at_once(),
        warm=_at_once(PAGE),
        warm_up=8,
        amount=8,
        each=SCAN / MEGA,
    ),
    Workload(
        name="T9",
        title="1 KB, one session at a time",
        unit="session",
        work=_one_at_a_time,
        amount=500,
        warm_up=50,
        turns=2,
        servers=PROMPT,
    ),
)
