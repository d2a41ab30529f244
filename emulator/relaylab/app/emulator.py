"""The emulator as one object: start it, point senders at it, read what it kept and why.

``async with Emulator(...)`` serves from the running loop. ``with Emulator(...)`` serves from a loop in a thread of its
own, and its methods may be called from any thread.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self, TypeVar

from relaylab.app.config import LoadedWorld
from relaylab.app.rulebooks import rulebook_for
from relaylab.domain.clock import ManualClock, as_utc, iso
from relaylab.domain.randomness import Randomness
from relaylab.rules.milestones import EARLIEST_SUPPORTED, NOT_SUPPORTED_FROM
from relaylab.servers.desk import StreamLimits
from relaylab.servers.fleet import Fleet, Listening, SiteListening
from relaylab.servers.house import House, MovableClock, SmtpDesk, TlsChoice
from relaylab.servers.lab_plan import LabPlan
from relaylab.servers.tls import ServerTls
from relaylab.store import Counters, EventLog, MemoryMailStore, SqliteMailStore, Store, WorldHolder
from relaylab_certs import ServerChain, TestAuthority, leaves

if TYPE_CHECKING:
    from types import TracebackType

    from relaylab.domain.world import World
    from relaylab.engine.rulebook import Rulebook

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How an emulator runs, apart from the world, the date and the rules.

    ``port_base`` 0 takes free ports. ``store`` is a SQLite file (None: memory). ``idle`` and ``total`` are real
    seconds. ``tarpit`` holds refusals back for five seconds, as the service does. With a ``lab`` the endpoints are at
    its addresses and ports, and certificates are RSA, which the oldest devices read. With ``proxy_protocol`` every SMTP
    connection must begin with a PROXY header, whose address is the client's.
    """

    host: str = "127.0.0.1"
    port_base: int = 0
    store: Path | None = None
    cert_key: Literal["p256", "rsa"] = "p256"
    cert_validity: Literal["now", "wide"] = "now"
    tarpit: bool = False
    idle: float = 300.0
    total: float = 600.0
    lab: LabPlan | None = None
    proxy_protocol: bool = False

    @property
    def limits(self) -> StreamLimits:
        """The limits of a connection; a handshake may not outlast it."""
        handshake = min(StreamLimits().handshake, self.total)
        return StreamLimits(idle=self.idle, total=self.total, handshake=handshake)


class Emulator:
    """smtp.office365.com and the tenant MX of a world, at an instant, under readings, with one seed."""

    def __init__(  # noqa: PLR0913 - each is a choice of its own
        self,
        world: World | LoadedWorld,
        *,
        at: datetime | None = None,
        clock: MovableClock | None = None,
        seed: int = 0,
        readings: Mapping[str, str] | None = None,
        milestones: Mapping[str, datetime | None] | None = None,
        authority: TestAuthority | None = None,
        settings: Settings | None = None,
    ) -> None:
        """Prepare; give ``at`` for a clock that stands still until it is moved, or a ``clock``.

        Raise ValueError for a reading or milestone that does not exist and for an instant that cannot be, StoreError
        when the store cannot be opened.
        """
        if clock is None:
            if at is None:
                msg = "give at=, an aware datetime to stand at, or clock="
                raise ValueError(msg)
            clock = ManualClock(at)
        started = _possible(clock.now())
        self.settings = settings or Settings()
        self.document: dict[str, object] | None = dict(world.document) if isinstance(world, LoadedWorld) else None
        self._readings, self._milestones = dict(readings or {}), dict(milestones or {})
        plain = world.world if isinstance(world, LoadedWorld) else world
        self.clock = clock
        self.seed = seed
        self.holder = WorldHolder(plain, rulebook_for(plain, self._readings, self._milestones))
        self.authority = authority or TestAuthority.open()
        mail = SqliteMailStore(self.settings.store) if self.settings.store else MemoryMailStore()
        self.store = Store(mail, EventLog(), Counters())
        self._house = House(
            clock=clock,
            holder=self.holder,
            store=self.store,
            randomness=Randomness(seed),
            tls=self._tls(self.rulebook),
            started=started,
            limits=self.settings.limits,
            tarpit=self.settings.tarpit,
        )
        where = self.settings
        self._fleet = Fleet(
            self._house,
            host=where.host,
            port_base=where.port_base,
            lab=where.lab,
            proxied=where.proxy_protocol,
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._one_at_a_time = asyncio.Lock()

    # What it shows --------------------------------------------------------------------------------------------------

    @property
    def ca_file(self) -> Path:
        """The root certificate that clients must trust, PEM."""
        return self.authority.ca_file

    @property
    def started(self) -> datetime:
        """The simulated instant at which it began, or began again."""
        return self._house.started

    @property
    def endpoints(self) -> Mapping[str, Listening]:
        """Where each endpoint answers, by its word."""
        return self._fleet.endpoints

    @property
    def sites(self) -> Mapping[str, SiteListening]:
        """The ports of each site."""
        return self._fleet.sites

    @property
    def world(self) -> World:
        """The world in force."""
        return self.holder.world

    @property
    def rulebook(self) -> Rulebook:
        """The rules in force."""
        return self.holder.rulebook

    def desk(self, endpoint: Literal["submission", "mx", "submission_legacy"], site: str | None = None) -> SmtpDesk:
        """Give the desk of an endpoint, for a listener of your own (``servers.controller``), as of a site's client."""
        return self._fleet.desk(endpoint, site)

    # Running --------------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        """Listen."""
        self._loop = asyncio.get_running_loop()
        try:
            await self._fleet.start(self.world)
        except BaseException:
            await self._fleet.stop()
            self.store.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening, end every connection, let go of the store."""
        await self._fleet.stop()
        self.store.close()

    def __enter__(self) -> Self:
        """Listen, in a loop in a thread of its own."""
        loop = new_event_loop()
        self._thread = threading.Thread(target=loop.run_forever, name="relaylab", daemon=True)
        self._thread.start()
        self._loop = loop
        try:
            self._call(self.__aenter__())
        except BaseException:
            self._end_thread()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, and end the thread."""
        try:
            self._call(self.__aexit__(kind, error, trace))
        finally:
            self._end_thread()

    # Steering -------------------------------------------------------------------------------------------------------

    def travel(self, instant: datetime) -> None:
        """Go to another instant; open sessions see it at their next command. Going back is allowed.

        Raise ValueError for an instant that is naive, or one that the rulebook does not support.
        """
        self.clock.set(_possible(instant))

    def reset(
        self,
        *,
        at: datetime | None = None,
        world: World | LoadedWorld | None = None,
        readings: Mapping[str, str] | None = None,
        milestones: Mapping[str, datetime | None] | None = None,
    ) -> None:
        """Begin again: connections end, mail, counters and events are forgotten, sessions are numbered from one.

        What is not given stays as it is; when something given is wrong (ValueError), all does. Call it from a thread,
        not from the emulator's own loop.
        """
        self._call(self.begin_again(at=at, world=world, readings=readings, milestones=milestones))

    async def begin_again(
        self,
        *,
        at: datetime | None = None,
        world: World | LoadedWorld | None = None,
        readings: Mapping[str, str] | None = None,
        milestones: Mapping[str, datetime | None] | None = None,
    ) -> None:
        """Do what ``reset`` does, from within the emulator's loop."""
        instant = None if at is None else _possible(at)
        async with self._one_at_a_time:
            await self._replace(world, readings, milestones)
            await self._fleet.hang_up()
            # From here on nobody else is heard: a session between two of these lines would have a number given twice.
            if instant is not None:
                self.clock.set(instant)
            self.store.clear()
            self._house.begin_again(self.clock.now())

    async def replace(
        self,
        *,
        world: World | LoadedWorld | None = None,
        readings: Mapping[str, str] | None = None,
        milestones: Mapping[str, datetime | None] | None = None,
    ) -> None:
        """Put another world, other readings or other dates in force; sessions see them at their next command.

        Raise ValueError for a reading or milestone that does not exist, ListenError when a new site's port is taken;
        then nothing has changed.
        """
        async with self._one_at_a_time:
            await self._replace(world, readings, milestones)

    # Inside ---------------------------------------------------------------------------------------------------------

    async def _replace(
        self,
        world: World | LoadedWorld | None,
        readings: Mapping[str, str] | None,
        milestones: Mapping[str, datetime | None] | None,
    ) -> None:
        if world is None and readings is None and milestones is None:
            return
        chosen = self._readings if readings is None else dict(readings)
        moved = self._milestones if milestones is None else dict(milestones)
        plain = world.world if isinstance(world, LoadedWorld) else world or self.world
        rulebook = rulebook_for(plain, chosen, moved)
        await self._fleet.add_sites(plain)
        if rulebook.readings["server_chain"] != self.rulebook.readings["server_chain"]:
            self._house.tls = self._tls(rulebook)
        self._readings, self._milestones = chosen, moved
        if world is not None:
            self.document = dict(world.document) if isinstance(world, LoadedWorld) else None
        self.holder.swap(plain, rulebook)

    def _tls(self, rulebook: Rulebook) -> TlsChoice:
        wide = leaves.WIDE if self.settings.cert_validity == "wide" else None
        lab = self.settings.lab
        kind = leaves.KeyKind.RSA if lab else leaves.KeyKind(self.settings.cert_key)
        leaf = leaves.good(*(lab.certified if lab else ()), key=kind, validity=wide)
        issued = self.authority.issue(leaf, ServerChain(rulebook.readings["server_chain"]))
        return TlsChoice(
            strict=ServerTls(issued.chain_pem, issued.key_pem),
            lenient=ServerTls(issued.chain_pem, issued.key_pem, minimum="TLSv1"),
        )

    def _call(self, work: Coroutine[object, object, T]) -> T:
        if self._loop is None or not self._loop.is_running():
            work.close()
            msg = "the emulator is not running; use it in a with block"
            raise RuntimeError(msg)
        if self._loop is _running_loop():
            work.close()
            msg = "this call would wait for the loop that it is made from; await begin_again() instead"
            raise RuntimeError(msg)
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _end_thread(self) -> None:
        if self._loop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()
        self._loop = self._thread = None


def _possible(instant: datetime) -> datetime:
    """Give an instant back that the rulebook supports."""
    if not EARLIEST_SUPPORTED <= as_utc(instant) < NOT_SUPPORTED_FROM:
        earliest = EARLIEST_SUPPORTED.date()
        raise ValueError(
            f"the rulebook knows nothing of {iso(instant)}; choose {earliest} or a later date, before 3000"
        )
    return instant


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def new_event_loop() -> asyncio.AbstractEventLoop:
    """Give a loop of uvloop where that is installed, else of asyncio."""
    try:
        import uvloop  # noqa: PLC0415 - an extra
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
