"""Everything an emulator is at one instant, as a value that it can go back to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relaylab.domain.world import World
    from relaylab.engine.rulebook import Rulebook
    from relaylab.servers.clocks import ClockState
    from relaylab.servers.entra.keys import SigningKey
    from relaylab.store import DialoguesDump, StoreDump


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatorSnapshot:
    """World, document, readings, milestones, clock, seed, tarpit, session numbers, all that store, Entra and ACS hold.

    ``started`` and ``sessions`` are what the next session is numbered from, ``questions`` counts those to DNS.
    Connections are not in it, nor is the revision of the world, which only ever grows. It holds the mail with its
    contents, in memory, what was said on the wire where that is kept, and the keys that sign tokens.
    """

    world: World = field(repr=False)
    document: Mapping[str, object] | None = field(repr=False)
    rulebook: Rulebook = field(repr=False)
    readings: Mapping[str, str]
    milestones: Mapping[str, datetime | None]
    clock: ClockState
    seed: int
    started: datetime
    sessions: int
    questions: int
    tarpit: bool
    store: StoreDump = field(repr=False)
    dialogues: DialoguesDump | None = field(repr=False)
    entra: Mapping[str, object] = field(repr=False)
    signing_keys: tuple[SigningKey, ...] = field(repr=False)
    acs_rest: Mapping[str, object] = field(repr=False)
