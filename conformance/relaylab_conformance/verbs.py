"""What the verbs of the catalogue do once their options are read: ask the rooms, print."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from relaylab.rules.catalogue import rulebook
from relaylab_conformance import errors
from relaylab_conformance.explain import UnknownError, explain
from relaylab_conformance.explain.ask import is_a_record
from relaylab_conformance.explain.records import Run, Serving
from relaylab_conformance.listings import LISTINGS
from relaylab_conformance.options import BadInputError
from relaylab_conformance.steering.client import NobodyError, SteeringError
from relaylab_conformance.steering.found import find
from relaylab_conformance.terminal import say, say_json, width

if TYPE_CHECKING:
    from relaylab_conformance.explain.records import Records

Readings = Mapping[str, str]
Milestones = Mapping[str, datetime | None]


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
