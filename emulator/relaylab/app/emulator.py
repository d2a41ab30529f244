"""The emulator as one object: start it, point senders at it, read what it kept and why.

``async with Emulator(...)`` serves from the running loop. ``with Emulator(...)`` serves from a loop in a thread of its
own, and its methods may be called from any thread.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self, TypeVar

from relaylab.app.config import LoadedWorld
from relaylab.app.faults import stated_faults
from relaylab.app.rulebooks import rulebook_for
from relaylab.app.snapshot import EmulatorSnapshot
from relaylab.app.switched import switched
from relaylab.domain.clock import as_utc, iso
from relaylab.domain.keeping import AS_USUAL, Keeping
from relaylab.domain.randomness import Randomness
from relaylab.domain.zone import Lab, View, Zone
from relaylab.rules.limits import direct_send_delay
from relaylab.rules.milestones import EARLIEST_SUPPORTED, NOT_SUPPORTED_FROM
from relaylab.servers.acs_rest import RestService
from relaylab.servers.asking_tls import AskingTls
from relaylab.servers.chains import ChainJudge
from relaylab.servers.clocks import ClockState, MovableClock, SimulatedClock, resume, state_of, steerable
from relaylab.servers.desk import StreamLimits
from relaylab.servers.entra import EntraService
from relaylab.servers.faulty_tls import FaultyTls
from relaylab.servers.fleet import HTTPS_OFFSET, Announced, Fleet, Listening, Names, SiteListening
from relaylab.servers.house import House, SmtpDesk, TlsChoice
from relaylab.servers.https import HttpsListener, acs_rest_service, entra_service, told_by_name
from relaylab.servers.lab_plan import LabPlan, Place
from relaylab.servers.probes import Probed, probe
from relaylab.servers.tls import ServerTls
from relaylab.servers.zones import ZoneKeeper
from relaylab.store import (
    Counters,
    Dialogues,
    EventLog,
    FaultBoard,
    MemoryMailStore,
    SqliteMailStore,
    Store,
    WorldHolder,
)
from relaylab_certs import ServerChain, TestAuthority, leaves

if TYPE_CHECKING:
    from types import TracebackType

    from relaylab.domain.fault import Fault
    from relaylab.domain.world import World
    from relaylab.engine.rulebook import Rulebook
    from relaylab_certs import CertifiedKey

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How an emulator runs, apart from the world, the date and the rules.

    ``port_base`` 0 takes free ports. ``store`` is a SQLite file (None: memory). ``idle`` and ``total`` are real
    seconds. ``tarpit`` holds refusals back for five seconds, as the service does. ``record`` keeps what is said on the
    wire, secrets left out, for ``dialogues``. With a ``lab`` the endpoints are at its addresses and ports, and
    certificates are RSA, which the oldest devices read. ``keep`` bounds mail and events: the oldest make room.
    ``dns`` answers for the world's zones too, a service's hosts with the addresses of this emulator, or as the internet
    sees them (``dns_view``). With ``proxy_protocol`` every SMTP connection must begin with a PROXY header, whose
    address is the client's.
    """

    host: str = "127.0.0.1"
    port_base: int = 0
    store: Path | None = None
    cert_key: Literal["p256", "rsa"] = "p256"
    cert_validity: Literal["now", "wide"] = "now"
    tarpit: bool = False
    record: bool = False
    idle: float = 300.0
    total: float = 600.0
    lab: LabPlan | None = None
    keep: Keeping = AS_USUAL
    dns: bool = False
    dns_view: View = View.LAB
    proxy_protocol: bool = False

    @property
    def key(self) -> leaves.KeyKind:
        """The kind of the certificates' key."""
        return leaves.KeyKind.RSA if self.lab else leaves.KeyKind(self.cert_key)

    @property
    def validity(self) -> leaves.Validity | None:
        """How long certificates are valid; None: around now."""
        return leaves.WIDE if self.cert_validity == "wide" else None

    @property
    def lab_names(self) -> tuple[str, ...]:
        """The lab's own names and addresses, which certificates carry too."""
        return self.lab.certified if self.lab else ()

    @property
    def limits(self) -> StreamLimits:
        """The limits of a connection; a handshake may not outlast it."""
        handshake = min(StreamLimits().handshake, self.total)
        return StreamLimits(idle=self.idle, total=self.total, handshake=handshake)


class Emulator:
    """smtp.office365.com, the tenant MX and High Volume Email of a world, at an instant, with one seed."""

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
        faults: Iterable[Fault | str] = (),
    ) -> None:
        """Prepare; give ``at`` for a clock that stands still until it is moved or let run, or a ``clock``.

        ``faults`` are values, or texts as ``relaylab serve --fault`` takes them. Raise ValueError for a reading or
        milestone that does not exist, an instant that cannot be and a fault that cannot act, StoreError when the store
        cannot be opened.
        """
        if clock is None:
            if at is None:
                msg = "give at=, an aware datetime to stand at, or clock="
                raise ValueError(msg)
            clock = SimulatedClock(at, frozen=True)
        started = _possible(clock.now())
        self.settings = settings or Settings()
        self.document: dict[str, object] | None = dict(world.document) if isinstance(world, LoadedWorld) else None
        self._readings, self._milestones = dict(readings or {}), dict(milestones or {})
        plain = world.world if isinstance(world, LoadedWorld) else world
        self.clock = clock
        self.seed = seed
        self.holder = WorldHolder(plain, rulebook_for(plain, self._readings, self._milestones))
        self.authority = authority or TestAuthority.open()
        standing = stated_faults(faults, plain, started)
        mail = SqliteMailStore(self.settings.store) if self.settings.store else MemoryMailStore()
        self.store = Store(mail, EventLog(), Counters(), FaultBoard(standing))
        self._keep = self.settings.keep
        self.store.keep_within(self._keep.or_else(plain.keep))
        self._house = House(
            clock=clock,
            holder=self.holder,
            store=self.store,
            randomness=Randomness(seed),
            tls=self._tls(plain, self.rulebook),
            faulty_tls=self._faulty_tls(plain, self.rulebook),
            started=started,
            limits=self.settings.limits,
            tarpit=self.settings.tarpit,
            dialogues=Dialogues() if self.settings.record else None,
            proxied=self.settings.proxy_protocol,
        )
        self.entra = EntraService(self._house)
        self._house.tokens = self.entra.tokens
        self.acs_rest = RestService(self._house, self.authority.ca_file)
        self._https = HttpsListener(
            acs_rest_service(self.acs_rest.app),
            entra_service(self.entra.app),
            now=clock.now,
            on_tls_failure=told_by_name(self.acs_rest.handshake_failed, self.entra.handshake_failed),
        )
        where = self.settings
        self._zones = ZoneKeeper(self._house, self.authority.dkim_key)
        self._house.zones = self._zones
        names = Names(self.zone, where.dns_view) if where.dns else None
        self._fleet = Fleet(self._house, host=where.host, port_base=where.port_base, lab=where.lab, names=names)
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
    def listeners(self) -> tuple[Announced, ...]:
        """Every listener there is, with its word and site."""
        return (*self._fleet.announced, *self._https.announced)

    @property
    def connections(self) -> int:
        """How many SMTP connections are open."""
        return self._fleet.connections

    @property
    def clock_state(self) -> ClockState:
        """Where the clock stands, and whether and how fast it runs."""
        return state_of(self.clock)

    @property
    def readings(self) -> Mapping[str, str]:
        """The readings that were chosen, apart from those the world chooses."""
        return self._readings

    @property
    def milestones(self) -> Mapping[str, datetime | None]:
        """The dates that were moved, apart from those the world moves."""
        return self._milestones

    @property
    def https_url(self) -> str:
        """Where the HTTPS services answer, as ``https://127.0.0.1:1591``; empty before they do."""
        return self._https.url

    @property
    def world(self) -> World:
        """The world in force."""
        return self.holder.world

    @property
    def rulebook(self) -> Rulebook:
        """The rules in force."""
        return self.holder.rulebook

    @property
    def faults(self) -> FaultBoard:
        """What the listeners do wrong on purpose; added and removed while they run, seen at the next command."""
        return self.store.faults

    @property
    def dialogues(self) -> Dialogues | None:
        """What was said on the wire since the beginning; None unless the settings ask for it."""
        return self._house.dialogues

    def zone(self, lab: Lab | None = None) -> Zone:
        """Give the DNS of the world at this instant: as the internet sees it, or with a lab as its clients must.

        Raise AuthorityError when the keys that DKIM records are made of cannot be read.
        """
        return self._zones.at(self.clock.now(), lab)

    def mail_hosts(self) -> dict[str, str]:
        """Give for each accepted domain of the world the host that its MX record should name at this instant."""
        return self._zones.mail_hosts(self.clock.now())

    def desk(
        self, endpoint: Literal["submission", "mx", "hve", "acs_smtp", "submission_legacy"], site: str | None = None
    ) -> SmtpDesk:
        """Give the desk of an endpoint, for a listener of your own (``servers.controller``), as of a site's client."""
        return self._fleet.desk(endpoint, site)

    # Running --------------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        """Listen."""
        self._loop = asyncio.get_running_loop()
        try:
            if self.settings.dns:
                self.zone()  # what stands in the way of it is to be said now, not when somebody asks
            await self._fleet.start(self.world)
            await self._start_https()
            await self.acs_rest.start()
        except BaseException:
            await self._https.stop()
            await self._fleet.stop()
            self.store.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening, end every connection, let go of the store."""
        await self.acs_rest.stop()
        await self._https.stop()
        await self._fleet.stop()
        self.store.close()

    def __enter__(self) -> Self:
        """Listen, in a loop in a thread of its own."""
        loop = new_event_loop()
        self._thread = threading.Thread(target=loop.run_forever, name="relaylab", daemon=True)
        turns = threading.Event()
        loop.call_soon(turns.set)
        self._thread.start()
        turns.wait()  # until then the loop is not running, and a call to it would be refused
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
        self.acs_rest.settle()

    def advance(self, by: timedelta) -> None:
        """Go on by a span, or back by a negative one; raise ValueError as ``travel`` does."""
        self.travel(self.after(by))

    def after(self, by: timedelta) -> datetime:
        """Give the instant a span from now, or before it; raise ValueError for one outside all calendars."""
        now = self.clock.now()
        try:
            return now + by
        except OverflowError:
            raise ValueError(
                f"{by.days} days from {iso(now)} is outside all calendars; choose a shorter span"
            ) from None

    def steer(self, to: datetime | None = None, *, rate: float | None = None, frozen: bool | None = None) -> None:
        """Go to an instant, and stand still or run there, in one step; what is not given stays as it is.

        Raise ValueError as ``travel`` and ``run`` do, and for a rate together with ``frozen``.
        """
        steerable(self.clock).steer(None if to is None else _possible(to), rate=rate, frozen=frozen)
        self.acs_rest.settle()

    def freeze(self) -> None:
        """Have the clock stand still where it is; raise ValueError for a clock that knows only how to be set."""
        steerable(self.clock).freeze()

    def run(self, rate: float = 1.0) -> None:
        """Have the clock run, ``rate`` simulated seconds a real one; 86400 lives a day a second.

        Raise ValueError for a rate that cannot be, and for a clock that knows only how to be set.
        """
        steerable(self.clock).run(rate)
        self.acs_rest.settle()

    def reseed(self, seed: int) -> None:
        """Draw everything random from another seed, from the next session on."""
        self.seed = seed
        self._house.randomness = Randomness(seed)

    def snapshot(self) -> EmulatorSnapshot:
        """Note everything there is but the connections; from any thread, and between two turns."""
        with self._house.lock:
            return EmulatorSnapshot(
                world=self.world,
                document=self.document,
                rulebook=self.rulebook,
                readings=self._readings,
                milestones=self._milestones,
                clock=self.clock_state,
                seed=self.seed,
                started=self._house.started,
                sessions=self._house.sessions,
                questions=self._house.questions,
                tarpit=self._house.tarpit,
                store=self.store.dump(),
                dialogues=self.dialogues.dump() if self.dialogues is not None else None,
                entra=self.entra.state.dump(),
                signing_keys=self.entra.keys.dump(),
                acs_rest=self.acs_rest.state.dump(),
            )

    def roll_back(self, snapshot: EmulatorSnapshot) -> None:
        """Do what ``restore`` does. Call it from a thread, not from the emulator's own loop."""
        self._call(self.restore(snapshot))

    async def restore(self, snapshot: EmulatorSnapshot) -> None:
        """Be again what a snapshot noted; every connection ends, whatever it was in the middle of.

        Raise ListenError when a site of the snapshot needs a port that is taken, StoreError when its mail cannot be
        kept; then nothing has changed.
        """
        async with self._one_at_a_time:
            await self._fleet.add_sites(snapshot.world)
            async with self._alone():
                self.store.load(snapshot.store)
                self.entra.state.load(snapshot.entra)
                self.entra.keys.load(snapshot.signing_keys)
                self.acs_rest.state.load(snapshot.acs_rest)
                self._put_in_force(snapshot.world, snapshot.rulebook)
                self.document = None if snapshot.document is None else dict(snapshot.document)
                self._readings, self._milestones = dict(snapshot.readings), dict(snapshot.milestones)
                resume(self.clock, snapshot.clock)
                self.reseed(snapshot.seed)
                self._house.tarpit = snapshot.tarpit
                self._house.begin_again(snapshot.started, snapshot.sessions, snapshot.questions)
                if self.dialogues is not None and snapshot.dialogues is not None:
                    self.dialogues.load(snapshot.dialogues)

    async def ready(self) -> list[Probed]:
        """Prove every listener by a real connection; nobody else notices.

        Port 25 of a site behind a provider that blocks it is not asked: it is as it should be when it does not answer.
        """
        return await probe((*self._fleet.answering, *self._https.announced), self._house, self.ca_file)

    def is_ready(self) -> bool:
        """Tell whether every listener answers as it should. Call it from a thread, as ``roll_back``."""
        return all(one.is_ready for one in self._call(self.ready()))

    def reset(  # noqa: PLR0913 - as many as an emulator has
        self,
        *,
        at: datetime | None = None,
        world: World | LoadedWorld | None = None,
        readings: Mapping[str, str] | None = None,
        milestones: Mapping[str, datetime | None] | None = None,
        seed: int | None = None,
        tarpit: bool | None = None,
        keep: Keeping | None = None,
    ) -> None:
        """Begin again: connections end, mail, counters and events are forgotten, sessions are numbered from one.

        Faults that were added are gone, and those that the emulator was made with stand again, nothing of them used.

        What is not given stays as it is; when something given is wrong (ValueError), all does. Call it from a thread,
        not from the emulator's own loop.
        """
        again = self.begin_again(
            at=at, world=world, readings=readings, milestones=milestones, seed=seed, tarpit=tarpit, keep=keep
        )
        self._call(again)

    async def begin_again(  # noqa: PLR0913 - as many as an emulator has
        self,
        *,
        at: datetime | None = None,
        world: World | LoadedWorld | None = None,
        readings: Mapping[str, str] | None = None,
        milestones: Mapping[str, datetime | None] | None = None,
        seed: int | None = None,
        tarpit: bool | None = None,
        keep: Keeping | None = None,
    ) -> None:
        """Do what ``reset`` does, from within the emulator's loop."""
        instant = None if at is None else _possible(at)
        async with self._one_at_a_time:
            await self._replace(world, readings, milestones)
            async with self._alone():
                if instant is not None:
                    self.clock.set(instant)
                if seed is not None:
                    self.reseed(seed)
                if tarpit is not None:
                    self._house.tarpit = tarpit
                if keep is not None:
                    self._keep = keep
                self.store.clear()
                self.store.keep_within(self._keep.or_else(self.world.keep))
                self.entra.begin_again()
                self.acs_rest.begin_again()
                self._house.begin_again(self.clock.now())

    async def replace(
        self,
        *,
        world: World | LoadedWorld | None = None,
        readings: Mapping[str, str] | None = None,
        milestones: Mapping[str, datetime | None] | None = None,
        revision: int | None = None,
    ) -> None:
        """Put another world, other readings or other dates in force; sessions see them at their next command.

        A switch that takes time to apply is noted as changed at this instant of the simulated clock.

        Raise ValueError for a reading or milestone that does not exist, ListenError when a new site's port is taken,
        RevisionError when another ``revision`` of the world than the given one is in force; then nothing has changed.
        """
        async with self._one_at_a_time:
            self.holder.expect(revision)
            await self._replace(self._switched(world), readings, milestones)

    def put(
        self,
        *,
        world: World | LoadedWorld | None = None,
        readings: Mapping[str, str] | None = None,
        milestones: Mapping[str, datetime | None] | None = None,
    ) -> None:
        """Do what ``replace`` does, from a thread that is not the emulator's."""
        self._call(self.replace(world=world, readings=readings, milestones=milestones))

    # Inside ---------------------------------------------------------------------------------------------------------

    def _switched(self, world: World | LoadedWorld | None) -> World | LoadedWorld | None:
        if world is None:
            return None
        plain = world.world if isinstance(world, LoadedWorld) else world
        noted = switched(self.world, plain, self.clock.now(), direct_send_delay(self.rulebook))
        return replace(world, world=noted) if isinstance(world, LoadedWorld) else noted

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
        with self._house.lock:
            self._readings, self._milestones = chosen, moved
            if world is not None:
                self.document = dict(world.document) if isinstance(world, LoadedWorld) else None
            self._put_in_force(plain, rulebook)

    def _put_in_force(self, world: World, rulebook: Rulebook) -> None:
        other_chain = rulebook.readings["server_chain"] != self.rulebook.readings["server_chain"]
        other_names = _acs_hosts(world) != _acs_hosts(self.world)
        if other_chain or other_names or world.trusted_roots != self.world.trusted_roots:
            self._house.tls, self._house.faulty_tls = self._tls(world, rulebook), self._faulty_tls(world, rulebook)
            self._https.certify(self._certified(world, rulebook))
        self.holder.swap(world, rulebook)
        self.store.keep_within(self._keep.or_else(world.keep))

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Hang up on everybody, and be heard alone: a session in between would have a number that is given twice."""
        while True:
            await self._fleet.hang_up("begun again")
            # Whoever connects from here on waits for the lock before a session has a number.
            with self._house.lock:
                if not self._fleet.connections:
                    yield
                    return

    async def _start_https(self) -> None:
        """Listen for HTTPS; in a lab on its own address, unless it was given another."""
        where = self.settings
        place = Place(where.host, where.port_base + HTTPS_OFFSET if where.port_base else 0)
        if where.lab is not None and (in_lab := where.lab.place("https")) is not None:
            place = in_lab
        await self._https.start(*place, self._certified(self.world, self.rulebook), in_lab=where.lab is not None)

    def _tls(self, world: World, rulebook: Rulebook) -> TlsChoice:
        issued = self._certified(world, rulebook)
        return TlsChoice(
            strict=ServerTls(issued.chain_pem, issued.key_pem),
            lenient=ServerTls(issued.chain_pem, issued.key_pem, minimum="TLSv1"),
            asking=AskingTls(issued.chain_pem, issued.key_pem, self._chain_judge(world)),
        )

    def _chain_judge(self, world: World) -> ChainJudge:
        named = (root.pem.encode() for root in world.trusted_roots if root.pem)
        return ChainJudge.of_pem(self.authority.ca_file.read_bytes(), *named)

    def _faulty_tls(self, world: World, rulebook: Rulebook) -> FaultyTls:
        where, chain = self.settings, ServerChain(rulebook.readings["server_chain"])
        judge, names = self._chain_judge(world), (*where.lab_names, *_acs_hosts(world))
        return FaultyTls(self.authority, where.key, chain, where.validity, judge=judge, lab_names=names)

    def _certified(self, world: World, rulebook: Rulebook) -> CertifiedKey:
        where = self.settings
        leaf = leaves.good(*where.lab_names, *_acs_hosts(world), key=where.key, validity=where.validity)
        return self.authority.issue(leaf, ServerChain(rulebook.readings["server_chain"]))

    def _call(self, work: Coroutine[object, object, T]) -> T:
        if self._loop is None or not self._loop.is_running():
            work.close()
            msg = "the emulator is not running; use it in a with block"
            raise RuntimeError(msg)
        if self._loop is _running_loop():
            work.close()
            msg = "this call would wait for the loop that it is made from; await begin_again(), replace() or restore()"
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


def _acs_hosts(world: World) -> tuple[str, ...]:
    """Give the wildcards for the hosts of the world's Communication Services resources, which certificates carry."""
    hosts = (host for tenant in world.tenants for one in tenant.acs_resources for host in one.host_names)
    return tuple(sorted({f"*.{host.partition('.')[2]}" for host in hosts}))


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
