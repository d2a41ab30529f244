"""An emulator as the control plane sees it: what is sent is read at this door, and what is wrong is rejected here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from relaylab.app.config import WorldFileError, load_document
from relaylab.app.rulebooks import Phase, in_phase
from relaylab.app.steered_acs import SteeredAcs
from relaylab.app.steered_faults import SteeredFaults
from relaylab.app.world_file.errors import did_you_mean
from relaylab.domain.clock import iso
from relaylab.rules.milestones import MILESTONES
from relaylab.rules.readings import READINGS
from relaylab.servers.control import Explained, RejectedError
from relaylab.servers.control.clock import clock_json
from relaylab.servers.control.status import listener_json
from relaylab.servers.fleet import ListenError
from relaylab.store import StoreError

if TYPE_CHECKING:
    from relaylab.app.config import LoadedWorld
    from relaylab.app.emulator import Emulator
    from relaylab.app.snapshot import EmulatorSnapshot
    from relaylab.engine.rulebook import Rulebook
    from relaylab.servers.clocks import ClockState
    from relaylab.servers.control import Reset
    from relaylab.servers.control.shapes import SnapshotShape, StatusShape
    from relaylab.servers.probes import Probed
    from relaylab.store import Store

Explain = Callable[[str, "Rulebook"], "tuple[str, Mapping[str, object]]"]

_MOST_SNAPSHOTS: Final = 64  # each holds a world and all mail of its time


class Steered:
    """An emulator as the control plane sees it.

    A world that it is sent gets the ``phase`` that was asked for. ``explain`` says why of a rule, a reply line or a
    code, as a text and as JSON, or raises LookupError: the sentences for that are written by whoever knows them all.
    """

    def __init__(self, emulator: Emulator, phase: Phase | None = None, explain: Explain | None = None) -> None:
        self._emulator = emulator
        self._phase = phase
        self._explain = explain
        self._snapshots: dict[str, tuple[str | None, EmulatorSnapshot]] = {}
        self._taken = 0

    # What it shows --------------------------------------------------------------------------------------------------

    @property
    def store(self) -> Store:
        """Mail, events and counters."""
        return self._emulator.store

    @property
    def faults(self) -> SteeredFaults:
        """What the listeners do wrong on purpose."""
        return SteeredFaults(self._emulator)

    @property
    def acs(self) -> SteeredAcs:
        """Its Azure Communication Services resources."""
        return SteeredAcs(self._emulator)

    @property
    def clock(self) -> ClockState:
        """Where the clock stands, and whether and how fast it runs."""
        return self._emulator.clock_state

    @property
    def seed(self) -> int:
        """The seed of everything random."""
        return self._emulator.seed

    @property
    def revision(self) -> int:
        """Which world is in force."""
        return self._emulator.holder.revision

    @property
    def document(self) -> dict[str, object] | None:
        """The world as it was written."""
        return self._emulator.document

    def status(self) -> StatusShape:
        """Tell how it stands."""
        emulator = self._emulator
        moved = {name: iso(at) if at else None for name, at in emulator.milestones.items()}
        return {
            "version": version("relaylab"),
            "revision": self.revision,
            "tenants": [tenant.name for tenant in emulator.world.tenants],
            "clock": clock_json(self.clock),
            "seed": emulator.seed,
            "phase": self._phase.value if self._phase else None,
            "readings": dict(emulator.rulebook.readings),
            "milestones": moved,
            "messages": len(emulator.store.mail),
            "dropped_messages": emulator.store.mail.dropped,
            "events": len(emulator.store.events),
            "dropped_events": emulator.store.events.dropped,
            "last_event": emulator.store.events.last,
            "connections": emulator.connections,
            "faults": self.faults.list(),
            "snapshots": len(self._snapshots),
            "ca_file": str(emulator.ca_file),
            "listeners": [listener_json(one) for one in emulator.listeners],
        }

    async def ready(self) -> list[Probed]:
        """Prove every listener by a real connection."""
        return await self._emulator.ready()

    def explain(self, what: str) -> Explained | None:
        """Explain a rule, a reply line or a status code."""
        if self._explain is None:
            return None
        try:
            return Explained(*self._explain(what, self._emulator.rulebook))
        except LookupError as error:
            raise RejectedError(str(error), HTTPStatus.NOT_FOUND) from None

    # The clock and the dice -----------------------------------------------------------------------------------------

    def travel(self, instant: datetime | None, *, rate: float | None = None, frozen: bool | None = None) -> None:
        """Go to another instant, and stand still or run there, in one step."""
        if rate is not None or frozen is not None:
            _obeyed(lambda: self._emulator.steer(instant, rate=rate, frozen=frozen))
        elif instant is not None:
            _obeyed(lambda: self._emulator.travel(instant))

    def advance(self, by: timedelta, *, rate: float | None = None, frozen: bool | None = None) -> None:
        """Go on by a span, or back, as ``travel`` does."""
        _obeyed(lambda: self.travel(self._emulator.after(by), rate=rate, frozen=frozen))

    def freeze(self) -> None:
        """Have the clock stand still."""
        _obeyed(self._emulator.freeze)

    def run(self, rate: float) -> None:
        """Have the clock run."""
        _obeyed(lambda: self._emulator.run(rate))

    def reseed(self, seed: int) -> None:
        """Draw from another seed from now on."""
        self._emulator.reseed(seed)

    # The world ------------------------------------------------------------------------------------------------------

    async def put_document(self, document: dict[str, object], revision: int | None = None) -> None:
        """Put another world in force, in the phase that was asked for at the start."""
        self._emulator.holder.expect(revision)  # before the work, which nobody else may interrupt in between
        world = self._read(document)
        try:
            await self._emulator.replace(world=world, revision=revision)
        except (ValueError, ListenError) as error:
            raise RejectedError(str(error)) from None

    async def begin_again(self, wanted: Reset) -> None:
        """Forget mail, counters and events, and begin with what is wanted."""
        _check_readings(wanted.readings or {})
        _check_names("milestone", wanted.milestones or {}, [milestone.name for milestone in MILESTONES])
        moved = wanted.milestones
        if self._phase is not None and moved is not None:
            moved = in_phase(self._emulator.world, self._phase, wanted.at or self.clock.instant)[1] | dict(moved)
        try:
            await self._emulator.begin_again(
                at=wanted.at,
                world=None if wanted.world is None else self._read(wanted.world),
                readings=wanted.readings,
                milestones=moved,
                seed=wanted.seed,
            )
        except (ValueError, ListenError, StoreError) as error:
            raise RejectedError(str(error)) from None

    def _read(self, document: dict[str, object]) -> LoadedWorld:
        try:
            loaded = load_document(document, "world")
        except WorldFileError as error:
            raise RejectedError(str(error)) from None
        if self._phase is None:
            return loaded
        return replace(loaded, world=in_phase(loaded.world, self._phase, self.clock.instant)[0])

    # The keys of Entra ----------------------------------------------------------------------------------------------

    def signing_keys(self) -> list[str]:
        """Give the ids of the keys that Entra publishes."""
        return list(self._emulator.entra.signing_keys)

    def rotate_signing_keys(self, *, keep_old: bool = True) -> str:
        """Have Entra sign with a new key."""
        return self._emulator.entra.rotate_signing_keys(keep_old=keep_old)

    def drop_old_signing_keys(self) -> None:
        """Take the old keys away."""
        self._emulator.entra.drop_old_signing_keys()

    # Snapshots ------------------------------------------------------------------------------------------------------

    def snapshots(self) -> list[SnapshotShape]:
        """List the snapshots that are kept."""
        return [_snapshot_json(key, name, snapshot) for key, (name, snapshot) in self._snapshots.items()]

    def take_snapshot(self, name: str | None) -> SnapshotShape:
        """Note everything."""
        if len(self._snapshots) >= _MOST_SNAPSHOTS:
            message = f"{_MOST_SNAPSHOTS} snapshots are kept, which is all there is room for; delete one first"
            raise RejectedError(message, HTTPStatus.CONFLICT)
        try:
            snapshot = self._emulator.snapshot()
        except StoreError as error:
            raise RejectedError(str(error)) from None
        self._taken += 1
        key = f"snapshot-{self._taken}"
        self._snapshots[key] = (name, snapshot)
        return _snapshot_json(key, name, snapshot)

    async def restore(self, snapshot: str) -> None:
        """Be again what the snapshot of that id noted; raise KeyError where there is none."""
        _, noted = self._snapshots[snapshot]
        try:
            await self._emulator.restore(noted)
        except (ListenError, StoreError) as error:
            raise RejectedError(str(error)) from None

    def delete_snapshot(self, snapshot: str) -> None:
        """Forget the snapshot of that id; raise KeyError where there is none."""
        del self._snapshots[snapshot]


def _obeyed(order: Callable[[], None]) -> None:
    try:
        order()
    except ValueError as error:
        raise RejectedError(str(error)) from None


def _check_readings(chosen: Mapping[str, str]) -> None:
    values = {reading.name: reading.names for reading in READINGS}
    _check_names("reading", chosen, values)
    for name, value in chosen.items():
        if value not in values[name]:
            way_out = did_you_mean(value, values[name], "choose one of them")
            raise RejectedError(f'readings.{name}: "{value}" is not one of {", ".join(values[name])}; {way_out}')


def _check_names(what: str, given: Mapping[str, object], names: Iterable[str]) -> None:
    known = list(names)
    for name in given:
        if name not in known:
            way_out = did_you_mean(name, known, f"`relaylab {what}s` lists them")
            raise RejectedError(f'{what}s.{name}: no {what} is named "{name}"; {way_out}')


def _snapshot_json(key: str, name: str | None, snapshot: EmulatorSnapshot) -> SnapshotShape:
    return {
        "id": key,
        "name": name,
        "now": iso(snapshot.clock.instant),
        "seed": snapshot.seed,
        "messages": len(snapshot.store.mail.messages),
        "events": len(snapshot.store.events.events),
    }
