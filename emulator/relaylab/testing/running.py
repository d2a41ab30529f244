"""An emulator of a test's own: how it starts, stops, begins again and moves through time.

It always runs in a thread of its own, in asynchronous code too: a client that blocks its loop, as smtplib does, must
not keep the service from answering.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, Literal, Self

from relaylab.app.config import LoadedWorld
from relaylab.app.emulator import Emulator, Settings
from relaylab.app.faults import FaultError
from relaylab.domain.world import World
from relaylab.servers.clocks import ClockState, resume
from relaylab.servers.controller import RelaylabController
from relaylab.testing.accounts import Accounts
from relaylab.testing.options import (
    DEFAULT_WORLD,
    START,
    LabOptions,
    check_kinds,
    dates_of,
    faults_of,
    instant_of,
    keeping_of,
    world_of,
)
from relaylab.testing.waiting import Bell
from relaylab_certs import TestAuthority

if TYPE_CHECKING:
    from types import TracebackType

    from relaylab.domain.fault import Fault
    from relaylab.testing.options import FaultSource, Moment, WorldSource

Door = Literal["submission", "submission_legacy", "mx", "hve", "acs_smtp"]


class RunningLab:
    """The emulator behind a lab: started, steered and stopped.

    The clock stands still until it is moved. Ports are free ones, and the root certificate is made for this lab unless
    ``ca`` names a folder that keeps one. With ``listen=False`` nothing listens, for those who host ``controller``
    themselves. ``expected`` holds the numbers of refusals that were expected, ``visited`` every instant the clock stood
    at.
    """

    def __init__(  # noqa: PLR0913 - each is a choice of its own
        self,
        world: WorldSource = DEFAULT_WORLD,
        *,
        at: Moment = START,
        seed: int = 0,
        readings: Mapping[str, str] | None = None,
        milestones: Mapping[str, Moment | None] | None = None,
        tarpit: bool = False,
        strict: bool = False,
        faults: FaultSource | Sequence[FaultSource] = (),
        keep: Mapping[str, int] | None = None,
        ca: Path | None = None,
        listen: bool = True,
    ) -> None:
        """Prepare; what is wrong with a choice is said when the block is entered."""
        self.options = LabOptions(
            world=world,
            at=at,
            seed=seed,
            readings=readings or {},
            milestones=milestones or {},
            tarpit=tarpit,
            strict=strict,
            faults=faults,
            keep=keep or {},
        )
        self.bell: Final = Bell()
        self.expected: Final[set[int]] = set()
        self.visited: list[datetime] = []
        self._ca = ca
        self._listens = listen
        self._emulator: Emulator | None = None
        self._running = ExitStack()
        self._is_hosted = False

    # Running --------------------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        """Start.

        Raise WorldFileError for a world that cannot be used, ValueError for another choice that cannot be.
        """
        check_kinds(self.options)
        options, world, at = self.options, world_of(self.options.world), instant_of(self.options.at)
        faults = faults_of(options.faults, world, at)
        with ExitStack() as starting:
            folder = self._ca or Path(starting.enter_context(TemporaryDirectory(prefix="relaylab-")))
            emulator = Emulator(
                world,
                at=at,
                seed=options.seed,
                readings=options.readings,
                milestones=dates_of(options.milestones),
                authority=TestAuthority.open(folder),
                # A test may run under a wall clock that somebody has moved: its leaves are valid on any day.
                settings=Settings(
                    tarpit=options.tarpit, record=True, cert_validity="wide", keep=keeping_of(options.keep)
                ),
            )
            if self._listens:
                starting.enter_context(emulator)
            else:
                starting.callback(emulator.store.close)
            for fault in faults:  # not those of the emulator, which would stand again after a reset
                emulator.faults.add(fault)
            starting.callback(emulator.store.events.subscribe(self.bell.ring))
            self._running = starting.pop_all()
        self._emulator = emulator
        self.visited = [emulator.clock.now()]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self._running.close()
        self._emulator = None

    async def __aenter__(self) -> Self:
        """Start, without holding the loop up."""
        return await asyncio.to_thread(self.__enter__)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, without holding the loop up."""
        __tracebackhide__ = True  # of what a lab may find wrong at its end
        await asyncio.to_thread(self.__exit__, kind, error, trace)

    def controller(self, door: Door, site: str | None = None) -> RelaylabController:
        """Give an aiosmtpd ``Controller`` of one endpoint, for a lab made with ``listen=False``; start it yourself.

        A lab has one: its thread is the only one that may write what happened.
        """
        if self._listens or self._is_hosted:
            why = "a lab that listens by itself has no controller" if self._listens else "this lab has its controller"
            raise RuntimeError(f"{why}; make another with Lab(listen=False)")
        emulator = self.emulator
        self._is_hosted = True
        return RelaylabController(lambda: emulator.desk(door, site))

    # Steering -------------------------------------------------------------------------------------------------------

    @property
    def emulator(self) -> Emulator:
        """The emulator itself; raise RuntimeError while there is none."""
        if self._emulator is None:
            msg = "the lab is not running; use it in a with block"
            raise RuntimeError(msg)
        return self._emulator

    @property
    def world(self) -> World:
        """The world in force."""
        return self.emulator.world

    @property
    def world_name(self) -> str:
        """What the world is called: a world relaylab ships or a file by its name, others plainly ``world``."""
        source = self.options.world
        read = None if isinstance(source, World) else world_of(source)
        return read.name if isinstance(read, LoadedWorld) else "world"

    @property
    def accounts(self) -> Accounts:
        """The mailboxes of the world: ``accounts.scanner.address``, ``accounts.scanner.password``."""
        return Accounts(self.world)

    @property
    def now(self) -> datetime:
        """The simulated instant."""
        return self.emulator.clock.now()

    def travel(self, to: Moment) -> None:
        """Go to another instant, also back; open sessions see it at their next command.

        Raise ValueError for a text that is no date, for a naive datetime, and for what the rulebook does not support.
        """
        __tracebackhide__ = True
        try:
            self.emulator.travel(instant_of(to))
        except ValueError as error:  # the frames behind are ours, and the mistake is not
            raise ValueError(str(error)) from None
        self.visited.append(self.now)

    def advance(self, by: timedelta | None = None, *, days: float = 0, hours: float = 0, minutes: float = 0) -> None:
        """Move the clock on, or back with a negative span."""
        __tracebackhide__ = True
        self.travel(self.now + (by or timedelta()) + timedelta(days=days, hours=hours, minutes=minutes))

    def run(self, rate: float = 1.0) -> None:
        """Have the clock run, ``rate`` simulated seconds a real one; 86400 lives a day a second.

        Raise ValueError for a rate that cannot be.
        """
        self.emulator.run(rate)

    def freeze(self) -> None:
        """Have the clock stand still where it is."""
        self.emulator.freeze()
        self.visited.append(self.now)

    def fault(self, fault: FaultSource) -> Fault:
        """Have the listeners do something wrong on purpose, from the next command on; give it with its id.

        A text as ``relaylab serve --fault`` takes it (``"mx=421connect"``, ``"submission=auth454,times=2"``), a
        document as the control plane takes it, or a ``Fault``. It is gone when the lab begins again; ``faults`` shows
        what stands, and takes it away before. Raise FaultError, a ValueError, for one that cannot act.
        """
        __tracebackhide__ = True
        try:
            (stated,) = faults_of(fault, self.world, self.now)
        except FaultError as error:  # as in ``travel``
            raise FaultError(str(error)) from None
        return self.emulator.faults.add(stated)

    def rotate_signing_keys(self, *, keep_old: bool = True) -> str:
        """Have Entra sign tokens with a new key from now on, and give its id (``kid``).

        What the old keys signed counts until they are dropped: at once with ``keep_old=False``, or by
        ``drop_old_signing_keys``.
        """
        return self.emulator.entra.rotate_signing_keys(keep_old=keep_old)

    def drop_old_signing_keys(self) -> None:
        """Have Entra publish only the key it signs with: SMTP refuses what the older ones signed."""
        self.emulator.entra.drop_old_signing_keys()

    def replace(
        self,
        *,
        world: WorldSource | None = None,
        readings: Mapping[str, str] | None = None,
        milestones: Mapping[str, Moment | None] | None = None,
    ) -> None:
        """Put another world, other readings or other dates in force; open sessions see them at their next command."""
        self.emulator.put(
            world=None if world is None else world_of(world),
            readings=readings,
            milestones=None if milestones is None else dates_of(milestones),
        )

    def begin_again(self, options: LabOptions | None = None) -> None:
        """Forget everything and begin as with these options, by default those it was made with; the clock stands.

        Raise WorldFileError or ValueError for options that cannot be; then nothing has changed.
        """
        options = options or self.options
        check_kinds(options)
        emulator, world, at = self.emulator, world_of(options.world), instant_of(options.at)
        faults, keep = faults_of(options.faults, world, at), keeping_of(options.keep)
        before = emulator.clock_state
        resume(emulator.clock, ClockState(before.instant, frozen=True))  # one that runs would be past ``at`` at once
        try:
            emulator.reset(
                at=at,
                world=world,
                readings=options.readings,
                milestones=dates_of(options.milestones),
                seed=options.seed,
                tarpit=options.tarpit,
                keep=keep,
            )
        except BaseException:
            resume(emulator.clock, before)
            raise
        for fault in faults:
            emulator.faults.add(fault)
        self.options = options
        self.expected.clear()
        self.visited = [self.now]
