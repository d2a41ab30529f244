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


class RevisionError(Exception):
    """Another world than the expected one is in force; the text ends with the way out."""


class WorldHolder:
    """Holds the snapshot in force."""

    def __init__(self, world: World, rulebook: Rulebook) -> None:
        """Begin with revision 1."""
        # The snapshot in force: read it once where world and rulebook must fit each other. Only ``swap`` sets it; an
        # attribute, since every line of a client reads it.
        self.current = Snapshot(world, rulebook, revision=1)

    @property
    def world(self) -> World:
        """The world in force."""
        return self.current.world

    @property
    def rulebook(self) -> Rulebook:
        """The rulebook in force."""
        return self.current.rulebook

    @property
    def revision(self) -> int:
        """Which world this is, counted from 1."""
        return self.current.revision

    def expect(self, revision: int | None) -> None:
        """Raise RevisionError unless that revision is in force; None expects nothing."""
        if revision is not None and revision != self.revision:
            raise RevisionError(
                f"revision {revision} is not in force any more, {self.revision} is: somebody else was first; "
                "read the world again, and change that"
            )

    def swap(self, world: World, rulebook: Rulebook) -> Snapshot:
        """Put another world in force. Law: no revision is given twice, not even when an earlier world comes back."""
        self.current = Snapshot(world, rulebook, self.current.revision + 1)
        return self.current
