"""The world in force: one snapshot at a time, swapped whole. Whoever took one keeps it until asking again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relaylab.domain.world import World
    from relaylab.engine.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A world, the rulebook made for it, and which one it is, counted from 1."""

    world: World
    rulebook: Rulebook
    revision: int


class WorldHolder:
    """Holds the snapshot in force."""

    def __init__(self, world: World, rulebook: Rulebook) -> None:
        """Begin with revision 1."""
        self._current = Snapshot(world, rulebook, revision=1)

    @property
    def current(self) -> Snapshot:
        """The snapshot in force; read it once where world and rulebook must fit each other."""
        return self._current

    @property
    def world(self) -> World:
        """The world in force."""
        return self._current.world

    @property
    def rulebook(self) -> Rulebook:
        """The rulebook in force."""
        return self._current.rulebook

    @property
    def revision(self) -> int:
        """Which world this is, counted from 1."""
        return self._current.revision

    def swap(self, world: World, rulebook: Rulebook) -> Snapshot:
        """Put another world in force."""
        self._current = Snapshot(world, rulebook, self._current.revision + 1)
        return self._current
