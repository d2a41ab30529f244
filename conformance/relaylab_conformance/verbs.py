"""What the verbs do once their options are read: ask the rooms, print, and say whether there are problems."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from relaylab.app.config import KnownNames, load_world
from relaylab.app.rulebooks import rulebook_for
from relaylab.rules.catalogue import rulebook
from relaylab.rules.milestones import EARLIEST_SUPPORTED
from relaylab_conformance import errors, timeline
from relaylab_conformance.explain import UnknownError, explain
from relaylab_conformance.explain.ask import is_a_record
from relaylab_conformance.explain.records import Run, Serving
from relaylab_conformance.finding import Status
from relaylab_conformance.listings import LISTINGS
from relaylab_conformance.migration import Order, certify
from relaylab_conformance.migration.dates import default_dates
from relaylab_conformance.options import BadInputError, instants
from relaylab_conformance.report.as_json import as_json as report_json
from relaylab_conformance.report.console import as_text
from relaylab_conformance.report.folder import write
from relaylab_conformance.steering.client import NobodyError, SteeringError
from relaylab_conformance.steering.found import find
from relaylab_conformance.terminal import progress, say, say_json, width
from relaylab_scenarios import profiles

if TYPE_CHECKING:
    from relaylab.app.config import LoadedWorld
    from relaylab_conformance.explain.records import Records

Readings = Mapping[str, str]
Milestones = Mapping[str, datetime | None]


def open_estate(world: str) -> LoadedWorld:
    """Read a world that has senders to judge; raise WorldFileError or BadInputError."""
    estate = load_world(world, known=KnownNames.of_the_rules(frozenset(profiles())))
    if not estate.world.senders:
        raise BadInputError(f"{world}: has no senders to judge; add each as a [[sender]], as the world contoso does")
    return estate


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


def certify_and_tell(estate: LoadedWorld, order: Order, *, out: Path | None, as_json: bool) -> bool:
    """Certify, write and print; give whether there are problems."""
    if out is not None:
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


def print_catalogue(  # noqa: PLR0913 - an argument an option
    name: str,
    at: datetime | None,
    *,
    readings: Readings,
    milestones: Milestones,
    as_json: bool,
    as_markdown: bool,
) -> None:
    """Print one list of the catalogue."""
    listing, book = LISTINGS[name], rulebook(readings, milestones)
    if as_json and as_markdown:
        raise BadInputError("--json and --markdown are two forms; give one of them")
    if as_markdown and at is not None:
        raise BadInputError("a page shows every date; leave out --at, or --markdown")
    if as_markdown:
        say(listing.markdown(book))
    elif as_json:
        say_json(listing.json(book, at))
    else:
        say(listing.text(book, at, width()))


def print_errors(folder: Path | None, *, readings: Readings, milestones: Milestones, as_json: bool) -> None:
    """Print the error lines, or write a page for each; raise BadInputError for both, OSError for a bad folder."""
    book = rulebook(readings, milestones)
    if folder is not None and as_json:
        raise BadInputError("--pages writes files and --json prints; give one of them")
    if folder is not None:
        say(f"{errors.write(book, folder)} pages in {folder}")
    elif as_json:
        say_json(errors.as_json(book))
    else:
        say(errors.as_text(book, width()))


def records(what: str, run: Path | None, control: str | None, token: str | None) -> Records | None:
    """Give the place where events and messages are looked up: the one named, or the only relaylab that is serving.

    Raise BadInputError where two are named, or more than one is serving.
    """
    if run is not None and control is not None:
        raise BadInputError("--run and --control name two places; give one of them")
    if run is not None:
        return Run(run)
    if control is None and not is_a_record(what):
        return None
    try:
        return Serving(find(control, token))
    except NobodyError:
        return None
    except SteeringError as error:
        raise BadInputError(str(error)) from None


def print_explanation(
    what: str, places: Records | None, *, readings: Readings, milestones: Milestones, as_json: bool
) -> None:
    """Print an explanation; raise BadInputError where there is none."""
    try:
        found = explain(what, rulebook(readings, milestones), places)
    except UnknownError as error:
        raise BadInputError(str(error)) from None
    if as_json:
        say_json(json.dumps(found.document, indent=2, ensure_ascii=False))
    else:
        say(found.text)


def print_timeline(estate: LoadedWorld, *, readings: Readings, milestones: Milestones, as_json: bool) -> bool:
    """Print a timeline; give whether there are problems."""
    found = timeline.timeline(estate, rulebook_for(estate.world, readings, milestones))
    if as_json:
        say_json(timeline.as_json(found))
    else:
        say(timeline.as_text(found, width()))
    return found.has_problems
