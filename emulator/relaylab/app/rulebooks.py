"""Which rulebook judges a world: the catalogue under the world's readings and dates, and what a user chose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from relaylab.domain.tenant import Switch
from relaylab.rules import milestones as dates
from relaylab.rules.catalogue import rulebook

if TYPE_CHECKING:
    from relaylab.domain.world import World
    from relaylab.engine.rulebook import Rulebook


class Phase(StrEnum):
    """A state of the Basic cutover, for devices that have a clock of their own."""

    BASIC_ON = "2026-basic-on"
    OFF = "2027-off"
    OFF_REENABLED = "2027-off-reenabled"
    REMOVED = "removed"


def rulebook_for(
    world: World, readings: Mapping[str, str] | None = None, milestones: Mapping[str, datetime | None] | None = None
) -> Rulebook:
    """Make the rulebook of a world; what is handed in wins over what the world chooses.

    Raise ValueError for a reading, a value or a milestone that does not exist.
    """
    return rulebook(dict(world.readings) | dict(readings or {}), dict(world.milestones) | dict(milestones or {}))


def in_phase(world: World, phase: Phase, at: datetime) -> tuple[World, dict[str, datetime | None]]:
    """Give the world and the moved milestones that set the state of the cutover at the present instant ``at``."""
    off = at if phase is not Phase.BASIC_ON else None
    removed = at if phase is Phase.REMOVED else None
    moved: dict[str, datetime | None] = {
        dates.BASIC_AUTH_OFF_BY_DEFAULT.name: off,
        dates.BASIC_AUTH_REMOVED.name: removed,
        dates.BASIC_AUTH_RAMP_BEGINS.name: None,
    }
    if phase is Phase.OFF_REENABLED:
        world = replace(world, tenants=tuple(replace(one, basic_auth_smtp=Switch.ON) for one in world.tenants))
    elif phase is Phase.OFF:
        world = replace(world, tenants=tuple(replace(one, basic_auth_smtp=Switch.DEFAULT) for one in world.tenants))
    return world, moved
