"""Dates with names: what a milestone is, and the calendar that gives each its instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from relaylab.domain.source import Source
    from relaylab.engine.readings import Readings


@dataclass(frozen=True, slots=True)
class Milestone:
    """A named instant at which the service changes, with the document that announces it.

    ``at`` is None while the day is not named, or does not come. ``decision`` says what we chose where the source gives
    no exact instant. ``under`` names a reading that gives the milestone another date: ``(reading, value, instant)``.
    """

    name: str
    at: datetime | None
    what: str
    source: Source
    decision: str = ""
    under: tuple[tuple[str, str, datetime | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Calendar:
    """Every milestone's instant, after readings and after what a user moved."""

    dates: Mapping[str, datetime | None]
    moved: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        milestones: tuple[Milestone, ...],
        readings: Readings,
        moved: Mapping[str, datetime | None] | None = None,
    ) -> Self:
        """Resolve the milestones; raise ValueError for a moved one that does not exist."""
        moved = moved or {}
        unknown = sorted(set(moved) - {milestone.name for milestone in milestones})
        if unknown:
            msg = f"no milestone is named {', '.join(unknown)}"
            raise ValueError(msg)
        dates = {milestone.name: _under(milestone, readings) for milestone in milestones}
        return cls(dates | dict(moved), frozenset(moved))

    def at(self, name: str) -> datetime | None:
        """Give the instant of a milestone, None when it has none."""
        return self.dates[name]

    def has_come(self, name: str, now: datetime) -> bool:
        """Tell whether the milestone lies at or before ``now``."""
        instant = self.dates[name]
        return instant is not None and instant <= now


def _under(milestone: Milestone, readings: Readings) -> datetime | None:
    for reading, value, instant in milestone.under:
        if readings[reading] == value:
            return instant
    return milestone.at
