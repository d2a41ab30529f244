"""The dates that a certification asks about by itself, and the announced timelines that no longer hold."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from relaylab.rules import sources
from relaylab.rules.milestones import BASIC_AUTH_OFF_BY_DEFAULT, BASIC_AUTH_RAMP_BEGINS, BASIC_AUTH_REMOVED
from relaylab.rules.readings import READINGS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relaylab.domain.source import Source
    from relaylab.engine.rulebook import Rulebook

_TIMELINE: Final = "basic_auth_timeline"
CUTOVER: Final = (BASIC_AUTH_RAMP_BEGINS, BASIC_AUTH_OFF_BY_DEFAULT, BASIC_AUTH_REMOVED)
_BEFORE: Final = timedelta(days=1)
_AFTER: Final = timedelta(days=4)  # the first working day behind the turn of the year
_ANNOUNCED_IN: Final = {"2024-04": sources.TIMELINE_2024, "2025-06": sources.TIMELINE_2025}


def default_dates(rulebook: Rulebook) -> tuple[datetime, ...]:
    """Give the day before the cutover, one soon after it, and the day of the removal once that is dated."""
    named = [at for at in (rulebook.calendar.at(milestone.name) for milestone in CUTOVER) if at]
    if not named:
        return ()
    cutover, removal = min(named), rulebook.calendar.at(BASIC_AUTH_REMOVED.name)
    later = {removal} if removal and removal > cutover else set()
    return tuple(sorted({cutover - _BEFORE, cutover + _AFTER, *later}))


@dataclass(frozen=True, slots=True)
class Superseded:
    """A timeline that was announced and then replaced: what it promised, and the days that people still plan by."""

    announced: str
    promised: str
    first: date
    last: date
    source: Source

    def names(self, day: date) -> bool:
        """Tell whether somebody who believes in ``day`` believes in this timeline."""
        return self.first <= day <= self.last


def superseded(rulebook: Rulebook) -> Iterator[Superseded]:
    """Give the timelines that were announced before the one in force."""
    timeline = next(reading for reading in READINGS if reading.name == _TIMELINE)
    in_force = timeline.names.index(rulebook.readings[_TIMELINE])
    for announced, promised in timeline.values[:in_force]:
        days = [
            instant.date()
            for milestone in CUTOVER
            for reading, value, instant in milestone.under
            if (reading, value) == (_TIMELINE, announced) and instant
        ]
        yield Superseded(announced, promised, min(days), _end_of(min(days), max(days)), _ANNOUNCED_IN[announced])


def _end_of(first: date, last: date) -> date:
    """Give the last day; a timeline with one day, the first of a month, named the month and no day of it."""
    named_a_month = first == last and first.day == 1
    return first.replace(day=monthrange(first.year, first.month)[1]) if named_a_month else last
