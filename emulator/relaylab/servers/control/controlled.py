"""What the control plane steers, as it sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from relaylab.servers.clocks import ClockState
    from relaylab.servers.control.shapes import SnapshotShape, StatusShape
    from relaylab.servers.probes import Probed
    from relaylab.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset:
    """What an emulator is to begin again with; None leaves a thing as it is."""

    world: dict[str, object] | None = None
    at: datetime | None = None
    seed: int | None = None
    readings: Mapping[str, str] | None = None
    milestones: Mapping[str, datetime | None] | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """Why, as a text for people and as JSON."""

    text: str
    document: Mapping[str, object]


class SteersFaults(Protocol):
    """The faults of an emulator: documents in, documents out."""

    def list(self) -> list[dict[str, object]]:
        """Give every fault, in order, with how often it has acted."""
        ...

    def add(self, document: dict[str, object]) -> dict[str, object]:
        """Add a fault and give it with its id; refuse one that cannot act."""
        ...

    def remove(self, fault_id: str) -> bool:
        """Take a fault away; False where there is none of that id."""
        ...

    def clear(self) -> None:
        """Take all away."""
        ...


class SteersAcs(Protocol):
    """The Azure Communication Services resources of an emulator, over REST."""

    def list(self) -> list[dict[str, str]]:
        """Give every resource: where it answers, its keys, its connection string."""
        ...

    def rotate(self, resource: str, which: str) -> dict[str, str]:
        """Make a new primary or secondary key; refuse another word, raise KeyError where there is no such resource."""
        ...

    def engage(self, operation: str, kind: str, url: str, user_agent: str) -> None:
        """Have a recipient view a message or click in it; raise KeyError where there is no such operation."""
        ...


class Controlled(Protocol):
    """An emulator. What it cannot do it refuses with RejectedError, whose text ends with the way out."""

    @property
    def store(self) -> Store:
        """Mail, events and counters."""
        ...

    @property
    def faults(self) -> SteersFaults:
        """What the listeners do wrong on purpose."""
        ...

    @property
    def acs(self) -> SteersAcs:
        """Its Azure Communication Services resources."""
        ...

    @property
    def clock(self) -> ClockState:
        """Where the clock stands, and whether and how fast it runs."""
        ...

    @property
    def seed(self) -> int:
        """The seed of everything random."""
        ...

    @property
    def revision(self) -> int:
        """Which world is in force, counted from 1."""
        ...

    @property
    def document(self) -> dict[str, object] | None:
        """The world as it was written, or None when it was not read from a document."""
        ...

    def status(self) -> StatusShape:
        """Tell how it stands."""
        ...

    async def ready(self) -> list[Probed]:
        """Prove every listener by a real connection."""
        ...

    def travel(self, instant: datetime | None, *, rate: float | None = None, frozen: bool | None = None) -> None:
        """Go to another instant, and stand still or run there, in one step; what is None stays as it is."""
        ...

    def advance(self, by: timedelta, *, rate: float | None = None, frozen: bool | None = None) -> None:
        """Go on by a span, or back, as ``travel`` does."""
        ...

    def freeze(self) -> None:
        """Have the clock stand still."""
        ...

    def run(self, rate: float) -> None:
        """Have the clock run."""
        ...

    def reseed(self, seed: int) -> None:
        """Draw from another seed from now on."""
        ...

    async def put_document(self, document: dict[str, object], revision: int | None = None) -> None:
        """Put another world in force; raise RevisionError when another revision than that is in force."""
        ...

    async def begin_again(self, wanted: Reset) -> None:
        """Forget mail, counters and events."""
        ...

    def signing_keys(self) -> list[str]:
        """Give the ids of the keys that Entra publishes: the one that signs, then older ones."""
        ...

    def rotate_signing_keys(self, *, keep_old: bool = True) -> str:
        """Have Entra sign with a new key, and give its id; without the old ones, their tokens count no more."""
        ...

    def drop_old_signing_keys(self) -> None:
        """Take the old keys away."""
        ...

    def snapshots(self) -> list[SnapshotShape]:
        """List the snapshots that are kept."""
        ...

    def take_snapshot(self, name: str | None) -> SnapshotShape:
        """Note everything."""
        ...

    async def restore(self, snapshot: str) -> None:
        """Be again what the snapshot of that id noted; raise KeyError where there is none."""
        ...

    def delete_snapshot(self, snapshot: str) -> None:
        """Forget the snapshot of that id; raise KeyError where there is none."""
        ...

    def explain(self, what: str) -> Explained | None:
        """Explain a rule, a reply line or a status code; None where nobody here can."""
        ...
