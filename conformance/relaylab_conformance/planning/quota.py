"""Senders that do not fit into what their tenant may send outside (TERRL): another way, or a word about it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from relaylab_conformance.migration.outside_quota import COUNTED, OverQuota, over_quota
from relaylab_conformance.planning.choosing import choose
from relaylab_conformance.planning.model import Possible

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from relaylab.domain.world import World
    from relaylab.engine.rulebook import Rulebook
    from relaylab_conformance.planning.looking import Looked
    from relaylab_conformance.planning.ways import Way


def within_quota(
    looked: Iterable[Looked], world: World, rulebook: Rulebook, judged: tuple[datetime, ...]
) -> tuple[Looked, ...]:
    """Choose again for the senders that do not fit, once what all were to send outside is added up."""
    alone = tuple(looked)
    chosen = {one.sender.name: one.choice.method for one in alone}
    over = over_quota(world, rulebook.calendar, chosen, judged[-1])
    return tuple(_again(one, over[one.sender.name]) if one.sender.name in over else one for one in alone)


def limited(ways: tuple[Way, ...], over: OverQuota | None) -> tuple[Way, ...]:
    """Give the ways with what Exchange Online does not carry outside said of each that it concerns."""
    if over is None:
        return ways
    return tuple(
        replace(way, too_much=str(over)) if way.method in COUNTED and way.is_possible and not way.too_much else way
        for way in ways
    )


def _again(one: Looked, over: OverQuota) -> Looked:
    ways = limited(one.ways, over)
    choice = choose(one.sender, ways, arrives=one.choice.stays)
    if choice.method not in COUNTED:
        return replace(one, ways=tuple(_closed(way, over) for way in ways), choice=choice)
    ways = tuple(
        replace(way, candidate=replace(way.candidate, cautions=(*way.candidate.cautions, *terrl(over))))
        if way.method in COUNTED and way.is_possible
        else way
        for way in ways
    )
    return replace(one, ways=ways, choice=choice, over=over)


def _closed(way: Way, over: OverQuota) -> Way:
    """There is a way that carries all of it, so those that do not are none."""
    if way.method not in COUNTED or not way.is_possible:
        return way
    candidate = replace(
        way.candidate, possible=Possible.NO, reasons=(f"outside? Too much: {over}",), steps=(), cautions=()
    )
    return replace(way, candidate=candidate, preparations=())


def terrl(over: OverQuota | None) -> tuple[str, ...]:
    """Say that a sender does not fit, what comes of it, and what to do about it."""
    return (f"outside? Too much: {over}; {over.way_out}",) if over else ()
