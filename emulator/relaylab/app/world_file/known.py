"""The names a world file may use that are not its own: readings, milestones, profiles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from relaylab.rules.milestones import MILESTONES
from relaylab.rules.readings import READINGS


@dataclass(frozen=True, slots=True)
class KnownNames:
    """Readings with their values, milestones, and the sender profiles (None: somebody else judges them)."""

    readings: Mapping[str, tuple[str, ...]]
    milestones: frozenset[str]
    profiles: frozenset[str] | None = None

    @classmethod
    def of_the_rules(cls, profiles: frozenset[str] | None = None) -> Self:
        """Take the readings and milestones of the rules that judge."""
        return cls(
            readings={reading.name: reading.names for reading in READINGS},
            milestones=frozenset(milestone.name for milestone in MILESTONES),
            profiles=profiles,
        )
