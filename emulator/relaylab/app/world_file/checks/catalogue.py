"""Readings, milestones and profiles must be names that the rest of the product knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from relaylab.app.world_file.draft import Draft
from relaylab.app.world_file.errors import ROOT, Fault, did_you_mean, shown
from relaylab.app.world_file.known import KnownNames
from relaylab.domain.estate import Sender
from relaylab.domain.world import World


def readings_exist(draft: Draft, known: KnownNames) -> Iterator[Fault]:
    """A chosen reading is one of the catalogue, and so is its value."""
    for name, value in _chosen(draft, "readings"):
        place = ROOT / "readings" / name
        if name not in known.readings:
            yield Fault(place, None, "is not a reading", did_you_mean(name, known.readings, "see: relaylab readings"))
        elif value not in known.readings[name]:
            values = known.readings[name]
            way_out = did_you_mean(value, values, "see: relaylab readings")
            yield Fault(place, shown(value), f"is not one of {', '.join(values)}", way_out)


def milestones_exist(draft: Draft, known: KnownNames) -> Iterator[Fault]:
    """A moved milestone is one of the calendar."""
    for name, _ in _chosen(draft, "milestones"):
        if name not in known.milestones:
            way_out = did_you_mean(name, sorted(known.milestones), "see: relaylab milestones")
            yield Fault(ROOT / "milestones" / name, None, "is not a milestone", way_out)


def profiles_exist(draft: Draft, known: KnownNames) -> Iterator[Fault]:
    """A sender's profile is one that can be played, where the caller knows which those are."""
    for entry in draft.of(Sender):
        profile = entry.noun.profile
        if known.profiles is not None and profile not in known.profiles:
            choices = sorted(known.profiles)
            way_out = did_you_mean(profile, choices, f"the profiles are {', '.join(choices)}")
            yield Fault(entry.place / "profile", shown(profile), "is not a profile", way_out)


def _chosen(draft: Draft, field: str) -> Iterator[tuple[str, object]]:
    for entry in draft.of(World):
        yield from getattr(entry.noun, field)


CHECKS: Final = (readings_exist, milestones_exist, profiles_exist)
