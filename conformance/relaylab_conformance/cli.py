"""The ``relaylab`` command: one verb a function, nothing else.

Law: a verb loads what it needs when it runs, so that help and errors come at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from relaylab_conformance import options
from relaylab_conformance.interruption import InterruptibleGroup
from relaylab_conformance.lab_options import lab_options
from relaylab_conformance.options import InstantParam, bad_input

if TYPE_CHECKING:
    from relaylab.app.rulebooks import Phase
    from relaylab.servers.lab_plan import LabPlan

Readings = Mapping[str, str]
Milestones = Mapping[str, datetime | None]


@click.group(
    cls=InterruptibleGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="relaylab")
def main() -> None:
    """A local stand-in for the mail-submission side of Microsoft 365, by the rules of the date you ask for.

    Exit code 0: all is well. 1: problems were found in what was judged. 2: bad use or bad input. 130: Ctrl-C.
    """


@main.command(short_help="Answer as Microsoft 365 does, until Ctrl-C.")
@click.argument("world")
@click.option("--at", type=InstantParam(), help="Start the clock here; without it, now.")
@options.seed_option
@click.option(
    "--port-base",
    default=0,
    show_default=True,
    type=click.IntRange(0, 60_000),
    help="The first port; the others follow. 0 takes free ones.",
)
@options.json_option
@click.option(
    "--store", type=click.Path(dir_okay=False, path_type=Path), help="Keep mail in this SQLite file, not in memory."
)
@click.option(
    "--ca", type=click.Path(file_okay=False, path_type=Path), help="The folder of the test root that clients trust."
)
@click.option("--cert-key", type=click.Choice(["p256", "rsa"]), default="p256", show_default=True)
@click.option(
    "--cert-validity",
    type=click.Choice(["now", "wide"]),
    default="now",
    show_default=True,
    help="wide: for clients whose own clock is set to another year.",
)
@click.option(
    "--proxy-protocol",
    is_flag=True,
    help="Expect a PROXY header (version 1 or 2) on every SMTP connection: the listeners stand behind a balancer.",
)
@click.option("--tarpit", is_flag=True, help="Hold refusals back for five seconds, as the service does.")
@options.phase_option
@options.readings_and_milestones
@lab_options
@click.option("--idle", type=click.FloatRange(min=0, min_open=True), default=300.0, show_default=True)
@click.option("--total", type=click.FloatRange(min=0, min_open=True), default=600.0, show_default=True)
def serve(  # noqa: PLR0913 - an argument an option
    *,
    world: str,
    at: datetime | None,
    seed: int,
    port_base: int,
    as_json: bool,
    store: Path | None,
    ca: Path | None,
    cert_key: Literal["p256", "rsa"],
    cert_validity: Literal["now", "wide"],
    tarpit: bool,
    proxy_protocol: bool,
    phase: Phase | None,
    readings: Readings,
    milestones: Milestones,
    lab: LabPlan | None,
    idle: float,
    total: float,
) -> None:
    """Answer as smtp.office365.com and as the MX of the tenants of WORLD, until Ctrl-C.

    WORLD is a world file, or a world that relaylab ships (contoso). --idle and --total are the seconds after which a
    silent connection, and any, is closed.
    """
    from relaylab.app import serving

    wanted = serving.ServeOptions(
        world=world,
        at=at,
        seed=seed,
        port_base=port_base,
        as_json=as_json,
        store=store,
        ca=ca,
        cert_key=cert_key,
        cert_validity=cert_validity,
        tarpit=tarpit,
        proxy_protocol=proxy_protocol,
        phase=phase,
        readings=readings,
        milestones=milestones,
        idle=idle,
        total=total,
        lab=lab,
    )
    with bad_input():
        serving.serve(wanted)


@main.group(short_help="Judge an estate of senders, and write a certificate.")
def certify() -> None:
    """Replay senders against the emulator, and write a certificate."""


@certify.command(short_help="Judge every sender of a world at the dates that matter.")
@click.argument("world")
@click.option(
    "--at",
    "dates",
    multiple=True,
    type=InstantParam(),
    help="A date to judge at; repeatable. Without it: the day before the cutover, and days after it.",
)
@options.seed_option
@options.folder_option
@options.phase_option
@options.readings_and_milestones
@options.json_option
def migration(  # noqa: PLR0913 - an argument an option
    *,
    world: str,
    dates: tuple[datetime, ...],
    seed: int,
    out: Path | None,
    phase: Phase | None,
    readings: Readings,
    milestones: Milestones,
    as_json: bool,
) -> None:
    """Certify the estate of WORLD: every sender, as it sends today and as it is planned, at every date.

    Each one is replayed over real sockets and TLS in its own dialect. Senders with a password are judged under both
    lines that the cutover may bring.
    """
    from relaylab_conformance import verbs
    from relaylab_conformance.migration import Order

    with bad_input():
        estate = verbs.open_estate(world)
        at = verbs.dates_to_judge(estate, dates, readings, milestones)
        order = Order(at=at, seed=seed, readings=readings, milestones=milestones, phase=phase)
        has_problems = verbs.certify_and_tell(estate, order, out=out, as_json=as_json)
    raise SystemExit(options.PROBLEMS if has_problems else options.GOOD)


@main.command(short_help="List the rules that judge.")
@options.catalogue_options
def rules(*, at: datetime | None, readings: Readings, milestones: Milestones, as_json: bool, as_markdown: bool) -> None:
    """List the rules that judge, in the order in which they are tried; with --at, those in force then."""
    from relaylab_conformance import verbs

    verbs.print_catalogue(
        "rules", at, readings=readings, milestones=milestones, as_json=as_json, as_markdown=as_markdown
    )


@main.command(name="readings", short_help="List what is disputed, and how it is read.")
@options.catalogue_options
def list_readings(
    *, at: datetime | None, readings: Readings, milestones: Milestones, as_json: bool, as_markdown: bool
) -> None:
    """List what sources disagree on or are silent about, and how each is read; with --at, what matters then."""
    from relaylab_conformance import verbs

    verbs.print_catalogue(
        "readings", at, readings=readings, milestones=milestones, as_json=as_json, as_markdown=as_markdown
    )


@main.command(name="milestones", short_help="List the dates at which the service changes.")
@options.catalogue_options
def list_milestones(
    *, at: datetime | None, readings: Readings, milestones: Milestones, as_json: bool, as_markdown: bool
) -> None:
    """List the dates at which the service changes; with --at, whether each has come."""
    from relaylab_conformance import verbs

    verbs.print_catalogue(
        "milestones", at, readings=readings, milestones=milestones, as_json=as_json, as_markdown=as_markdown
    )


@main.command(short_help="Say why: a rule, a reply line, a code, an event.")
@click.argument("what")
@click.option("--run", type=click.Path(file_okay=False, path_type=Path), help="The folder that certify wrote.")
@click.option("--control", metavar="URL", help="The control plane of a relaylab that is serving.")
@click.option("--token", default="", help="The token of the control plane.")
@options.readings_and_milestones
@options.json_option
def explain(  # noqa: PLR0913 - an argument an option
    *,
    what: str,
    run: Path | None,
    control: str | None,
    token: str,
    readings: Readings,
    milestones: Milestones,
    as_json: bool,
) -> None:
    """Say why: WHAT is a rule, a reply line as a log has it, or a status code.

    With --run or --control it may be the number of an event or the id of a message.
    """
    from relaylab_conformance import verbs

    records = verbs.records(run, control, token)
    verbs.print_explanation(what, records, readings=readings, milestones=milestones, as_json=as_json)


@main.command(short_help="Show when each sender changes, and with which line.")
@click.argument("world")
@options.readings_and_milestones
@options.json_option
def timeline(*, world: str, readings: Readings, milestones: Milestones, as_json: bool) -> None:
    """Judge every sender of WORLD in every date window: who changes when, with which line, by which rule."""
    from relaylab_conformance import verbs

    with bad_input():
        estate = verbs.open_estate(world)
    has_problems = verbs.print_timeline(estate, readings=readings, milestones=milestones, as_json=as_json)
    raise SystemExit(options.PROBLEMS if has_problems else options.GOOD)
