"""The verb ``plan``: a world in, a plan out in the form that was asked for, and whether there is something to do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from relaylab.app.world_file.source import text_of
from relaylab.servers.clocks import SystemClock
from relaylab_conformance.estate_verbs import files_read, open_estate
from relaylab_conformance.inventory.writing import write
from relaylab_conformance.outputs import keep_apart
from relaylab_conformance.planning import make_plan
from relaylab_conformance.planning.as_csv import as_csv
from relaylab_conformance.planning.as_html import as_html
from relaylab_conformance.planning.as_json import as_json
from relaylab_conformance.planning.as_markdown import as_markdown
from relaylab_conformance.planning.as_text import as_text
from relaylab_conformance.planning.words import has_problems
from relaylab_conformance.planning.writing import note, write_planned
from relaylab_conformance.terminal import progress, say, say_json, width


def plan_and_tell(  # noqa: PLR0913 - an argument an option
    world: str,
    *,
    at: datetime | None,
    out: Path | None,
    html: Path | None,
    csv: Path | None,
    as_markdown_text: bool,
    as_json_text: bool,
    readings: Mapping[str, str],
    milestones: Mapping[str, datetime | None],
) -> bool:
    """Plan, write and print; give whether there is something to do. Raise BadInputError, WorldFileError or OSError."""
    estate, source = open_estate(world), text_of(world)
    world_file, *besides = files_read(world, estate)
    keep_apart([("--html", html), ("--csv", csv)], [world_file])
    keep_apart([("--out", out), ("--html", html), ("--csv", csv)], besides)  # --out may fill in the world file itself
    for file in filter(None, (out, html, csv)):  # before the work, and before the first file is written
        file.absolute().parent.stat()
    with progress("planning") as tell:
        planned = make_plan(
            estate,
            at or SystemClock().now(),
            text=source.text,
            readings=readings,
            milestones=milestones,
            progress=tell,
        )
    plan = planned.plan
    if out is not None:
        write_planned(source, planned, out)
    if html is not None:
        write(as_html(plan), html)
    if csv is not None:
        write(as_csv(plan), csv)
    if as_json_text:
        say_json(as_json(plan))
    elif as_markdown_text:
        say(as_markdown(plan).rstrip("\n"))
    else:
        say(as_text(plan, width()))
        if html is not None:
            say(f"\nRead {html}")
        if csv is not None:
            say(f"\nOpen {csv} in a spreadsheet")
        if out is not None:
            say(f"\n{out}: {note(plan)}.\nNext: relaylab certify migration {out}")
    return has_problems(plan)
