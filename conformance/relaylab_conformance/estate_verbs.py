"""What the verbs that judge an estate do once their options are read: judge, print, and say whether there are problems.

They load the emulator, which the verbs of the catalogue do without: hence a module of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from relaylab.app.config import KnownNames, load_world
from relaylab.app.rulebooks import rulebook_for
from relaylab.app.world_file.source import shipped_file, shipped_worlds
from relaylab.rules.milestones import EARLIEST_SUPPORTED
from relaylab_conformance import timeline
from relaylab_conformance.finding import Status
from relaylab_conformance.migration import Order, certify
from relaylab_conformance.migration.dates import default_dates
from relaylab_conformance.options import BadInputError, instants
from relaylab_conformance.outputs import keep_apart
from relaylab_conformance.report.as_json import as_json as report_json
from relaylab_conformance.report.console import as_text
from relaylab_conformance.report.files import written_in
from relaylab_conformance.report.folder import write
from relaylab_conformance.terminal import progress, say, say_json, width
from relaylab_scenarios import profiles

if TYPE_CHECKING:
    from relaylab.app.config import LoadedWorld

Readings = Mapping[str, str]
Milestones = Mapping[str, datetime | None]


def open_estate(world: str) -> LoadedWorld:
    """Read a world that has senders to judge; raise WorldFileError or BadInputError."""
    estate = load_world(world, known=KnownNames.of_the_rules(frozenset(profiles())))
    if not estate.world.senders:
        raise BadInputError(f"{world}: has no senders to judge; add each as a [[sender]], as the world contoso does")
    return estate


def files_read(world: str, estate: LoadedWorld) -> list[tuple[str, Path]]:
    """Give the files that a world is read from, with what each is: its own first, then those that it names."""
    file = Path(shipped_file(world) if world in shipped_worlds() else world)
    roots = [one.file for one in estate.world.trusted_roots if one.file is not None]
    return [("the world file", file), *(("a trusted_root of the world", file.parent / root) for root in roots)]


def dates_to_judge(
    estate: LoadedWorld, dates: tuple[datetime, ...], readings: Readings, milestones: Milestones
) -> tuple[datetime, ...]:
    """Give the dates asked for in order, or those around the cutover; raise BadInputError."""
    if dates:
        return instants(dates)
    around = default_dates(rulebook_for(estate.world, readings, milestones))
    if not around:
        raise BadInputError("the cutover has no date in this calendar; say which dates to judge: --at DATE")
    if around[0] < EARLIEST_SUPPORTED:
        earliest = EARLIEST_SUPPORTED.date()
        raise BadInputError(f"the cutover lies before {earliest}, where the rulebook begins; say --at DATE")
    return around


def certify_and_tell(world: str, estate: LoadedWorld, order: Order, *, out: Path | None, as_json: bool) -> bool:
    """Certify, write and print; give whether there are problems. Raise BadInputError, or OSError for a bad folder."""
    if out is not None:
        keep_apart([("--out", file) for file in written_in(out)], files_read(world, estate))
        out.mkdir(parents=True, exist_ok=True)  # before the work: a folder that cannot be is told at once
    with progress("certifying") as tell:
        certificate = certify(estate, order, tell)
    if out is not None:
        write(certificate, out)
    if as_json:
        say_json(report_json(certificate.report))
    else:
        say(as_text(certificate.report, width()))
        say(f"\nRead {out / 'report.html'}" if out else "\n--out DIR writes it down: report.html and the rest")
    return certificate.report.status is Status.FAIL


def print_timeline(estate: LoadedWorld, *, readings: Readings, milestones: Milestones, as_json: bool) -> bool:
    """Print a timeline; give whether there are problems."""
    found = timeline.timeline(estate, rulebook_for(estate.world, readings, milestones))
    if as_json:
        say_json(timeline.as_json(found))
    else:
        say(timeline.as_text(found, width()))
    return found.has_problems
