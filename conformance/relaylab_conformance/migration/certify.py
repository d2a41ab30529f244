"""Certifies a migration: every sender, by today's method and by its target, at every date, over real sockets.

Law: each delivery meets an emulator with nothing in it, so no sender's result depends on another's.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from relaylab.app.emulator import Emulator
from relaylab.app.rulebooks import rulebook_for
from relaylab.domain.randomness import Randomness
from relaylab.rules.milestones import MILESTONES
from relaylab.rules.readings import READINGS
from relaylab_certs import TestAuthority
from relaylab_conformance.finding import Status, worst
from relaylab_conformance.migration.approach import Approach, NoRelay, NotTried, approach_at
from relaylab_conformance.migration.course import course, stops_at
from relaylab_conformance.migration.filing import Files, file_away
from relaylab_conformance.migration.judge import cell, judge, no_relay, not_tried
from relaylab_conformance.migration.mistakes import mistakes
from relaylab_conformance.migration.outside_quota import OverQuota, over_quota
from relaylab_conformance.migration.pitfalls import pitfalls
from relaylab_conformance.migration.replay import Replay, replay
from relaylab_conformance.migration.stand_ins import with_stand_ins
from relaylab_conformance.migration.trial import Leg, Order, Trial, legs, trials
from relaylab_conformance.migration.verdict import sender_report
from relaylab_conformance.migration.volume import too_much
from relaylab_conformance.report.model import SCHEMA, STATEMENT, Certificate, Report

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaylab.app.config import LoadedWorld
    from relaylab.domain.estate import Method
    from relaylab.domain.world import World
    from relaylab_conformance.report.model import Cell

# A note begins with the file it is about; where that lies is nobody's business but the owner's.
_FILE: Final = re.compile(r"^.*?: (?=(?:tenant|site|dns|sender)\[)")

Progress = Callable[[int, int], None]
"""Called with the deliveries made so far, and how many there are."""


def certify(estate: LoadedWorld, order: Order, progress: Progress = lambda *_: None) -> Certificate:
    """Certify an estate.

    Raise ValueError for a reading, a value or a milestone that does not exist.
    """
    estate = replace(estate, world=with_stand_ins(estate.world))
    plan = tuple(legs(estate.world, order))
    with tempfile.TemporaryDirectory(prefix="relaylab-") as folder, _emulator(estate, order, Path(folder)) as emulator:
        files = _delivered(plan, order.seed, emulator, progress)
    return Certificate(
        report=_report(estate, order, plan, files),
        transcripts=files.transcripts,
        events=files.events,
        messages=files.messages,
    )


def cells_of(world: World, order: Order, emulator: Emulator) -> Mapping[str, tuple[Cell, ...]]:
    """Give the cells of every sender, judged by an emulator that is there: what ``certify`` judges, and no report.

    The emulator begins again for each delivery, and keeps the last world.
    """
    plan = tuple(legs(with_stand_ins(world), order))
    return _cells(plan, _delivered(plan, order.seed, emulator))


def _delivered(plan: tuple[Leg, ...], seed: int, emulator: Emulator, progress: Progress = lambda *_: None) -> Files:
    """Make every delivery of a plan, and file what came of it."""
    wanted = [(trial, way) for leg in plan for trial in trials(leg) if isinstance(way := _way(trial), Approach)]
    made: list[tuple[Trial, Replay]] = []
    randomness, leg = Randomness(seed), None
    for trial, way in wanted:
        if trial.leg is not leg:
            leg = trial.leg
            emulator.reset(at=leg.at, world=leg.world, readings=leg.readings, milestones=leg.milestones)
        else:
            emulator.reset()
        made.append((trial, replay(emulator, trial, way, randomness)))
        progress(len(made), len(wanted))
    return file_away(made)


def _emulator(estate: LoadedWorld, order: Order, folder: Path) -> Emulator:
    """Give an emulator whose test root lives as long as it does: nobody needs to trust it afterwards."""
    authority = TestAuthority.open(folder)
    return Emulator(
        estate.world,
        at=order.at[0],
        seed=order.seed,
        readings=order.readings,
        milestones=order.milestones,
        authority=authority,
    )


def _way(trial: Trial) -> Approach | NotTried | NoRelay:
    leg = trial.leg
    return approach_at(leg.world, trial.sender, trial.method, leg.rulebook.calendar, leg.at)


def _report(estate: LoadedWorld, order: Order, plan: tuple[Leg, ...], files: Files) -> Report:
    world = estate.world
    rulebook = rulebook_for(world, order.readings, order.milestones)
    first_legs = [leg for leg in plan if leg.is_first]
    last = first_legs[-1]  # with a phase, each date has a calendar of its own
    courses = {sender.name: course(last.world, last.rulebook, sender, sender.today) for sender in world.senders}
    cells = _cells(plan, files)
    over = over_quota(last.world, last.rulebook.calendar, _carried(world, cells), max(order.at))
    senders = tuple(
        sender_report(
            sender,
            cells[sender.name],
            courses[sender.name],
            last.rulebook,
            found=(*pitfalls(last.world, last.rulebook, sender, max(order.at)), *_terrl(over.get(sender.name))),
            volume=too_much(last.world, last.rulebook, sender, sender.target, max(order.at)) or over.get(sender.name),
        )
        for sender in world.senders
    )
    stops = {name: stops_at(spans) for name, spans in courses.items()}
    found = mistakes(last.world, last.rulebook, stops, max(order.at))
    return Report(
        schema=SCHEMA,
        suite_version=version("relaylab"),
        statement=STATEMENT,
        estate=estate.name,
        estate_digest=estate.digest,
        rulebook_digest=rulebook.digest(),
        seed=order.seed,
        at=order.at,
        phase=order.phase.value if order.phase else None,
        readings=dict(rulebook.readings),
        readings_chosen=tuple(one.name for one in READINGS if rulebook.readings[one.name] != one.default),
        milestones={one.name: rulebook.calendar.at(one.name) for one in MILESTONES},
        milestones_moved=tuple(one.name for one in MILESTONES if one.name in rulebook.calendar.moved),
        status=worst([*(one.status for sender in senders for one in sender.cells), *(one.status for one in found)]),
        senders=senders,
        mistakes=found,
        notes=tuple(_FILE.sub("", note) for note in estate.notes),
    )


def _carried(world: World, cells: Mapping[str, tuple[Cell, ...]]) -> dict[str, Method | None]:
    """Give each sender's target; None where it is refused, so that nothing of it goes outside."""
    return {
        one.name: None
        if any(cell.status is Status.FAIL for cell in cells[one.name] if cell.method is one.target)
        else one.target
        for one in world.senders
    }


def _terrl(over: OverQuota | None) -> Iterator[str]:
    if over is not None:
        yield f"{over}; {over.way_out}"


def _cells(plan: tuple[Leg, ...], files: Files) -> dict[str, tuple[Cell, ...]]:
    """Give each sender's cells, in the order of the dates."""
    cells: dict[str, tuple[Cell, ...]] = {sender.name: () for leg in plan for sender in leg.world.senders}
    for trial in (trial for leg in plan if leg.is_first for trial in trials(leg)):
        cells[trial.sender.name] += (_cell(trial, files),)
    return cells


def _cell(trial: Trial, files: Files) -> Cell:
    match _way(trial):
        case NotTried() as why:
            return not_tried(trial, why)
        case NoRelay() as why:
            return no_relay(trial, why)
        case Approach():
            return cell(trial, tuple(judge(filed) for filed in files.deliveries[trial.place]))
