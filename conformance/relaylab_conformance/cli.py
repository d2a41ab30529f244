"""The ``relaylab`` command: one verb a function, nothing else.

Law: a verb loads what it needs when it runs, so that help and errors come at once.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

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

_NEW_OBJECTS: Final = 20_000  # before the collector looks at the youngest; Python's own number is 700
_BEFORE_ALL: Final = 100  # looks at the middle-aged before one at everything; Python's own number is 10


@click.group(
    cls=InterruptibleGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="relaylab")
def main() -> None:
    """A local stand-in for the mail-submission side of Microsoft 365, by the rules of the date you ask for.

    Exit code 0: all is well. 1: problems were found in what was judged. 2: bad use or bad input. 130: Ctrl-C.
    141: whoever read the output had enough (a closed pipe).
    """
    click.get_current_context().with_resource(_collecting_rarely())


@contextmanager
def _collecting_rarely() -> Iterator[None]:
    """Have the garbage collector look seldom while a verb runs: what it loads stays, and was looked at again and again.

    That was a tenth of the processor time of a start, and 15 % of that of a small message to `serve`. Looks at
    everything were half of it: mail and events that are kept only grow in number, and are no garbage.
    """
    before = gc.get_threshold()
    gc.set_threshold(_NEW_OBJECTS, before[1], _BEFORE_ALL)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@main.command(short_help="Answer as Microsoft 365 does, until Ctrl-C.")
@click.argument("world")
@click.option("--at", type=InstantParam(), help="Start the clock here; without it, now.")
@click.option(
    "--rate",
    default=1.0,
    show_default=True,
    type=click.FloatRange(min=0, min_open=True, max=31_622_400),
    help="Simulated seconds a second; 86400 lives a day a second.",
)
@click.option("--freeze", is_flag=True, help="Have the clock stand still until somebody moves it.")
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
@click.option(
    "--dns", is_flag=True, help="Answer DNS too, over UDP and TCP, for the names of the world and the service."
)
@click.option(
    "--dns-view",
    type=click.Choice(["lab", "world"]),
    default="lab",
    show_default=True,
    help="A service's host has the addresses of this machine (lab), or those the internet sees (world).",
)
@options.phase_option
@options.readings_and_milestones
@lab_options
@options.faults_option
@click.option(
    "--keep-messages",
    type=click.IntRange(min=1),
    help="Messages that are kept; the oldest make room. Without it: 100,000 in memory, all in a --store file.",
)
@click.option(
    "--keep-mebibytes",
    type=click.IntRange(min=1),
    help="Mail that is kept, by its size; the oldest makes room. Without it: 1,024 in memory, all in a --store file.",
)
@click.option(
    "--keep-events",
    type=click.IntRange(min=1),
    help="Events that are kept; the oldest make room. Without it: 50,000.",
)
@click.option("--idle", type=click.FloatRange(min=0, min_open=True), default=300.0, show_default=True)
@click.option("--total", type=click.FloatRange(min=0, min_open=True), default=600.0, show_default=True)
def serve(  # noqa: PLR0913 - an argument an option
    *,
    world: str,
    at: datetime | None,
    rate: float,
    freeze: bool,
    seed: int,
    port_base: int,
    as_json: bool,
    store: Path | None,
    ca: Path | None,
    cert_key: Literal["p256", "rsa"],
    cert_validity: Literal["now", "wide"],
    tarpit: bool,
    dns: bool,
    dns_view: str,
    proxy_protocol: bool,
    phase: Phase | None,
    readings: Readings,
    milestones: Milestones,
    lab: LabPlan | None,
    faults: tuple[str, ...],
    keep_messages: int | None,
    keep_mebibytes: int | None,
    keep_events: int | None,
    idle: float,
    total: float,
) -> None:
    """Answer as smtp.office365.com and as the MX of the tenants of WORLD, until Ctrl-C.

    WORLD is a world file, or a world that relaylab ships: contoso (an estate of senders), default (what tests begin
    with). --idle and --total are the seconds after which a silent connection, and any, is closed.
    """
    from relaylab.app import serving
    from relaylab.domain.keeping import Keeping
    from relaylab.domain.zone import View
    from relaylab_conformance.explain.controlled import explain_for_control

    wanted = serving.ServeOptions(
        world=world,
        at=at,
        rate=rate,
        freeze=freeze,
        explain=explain_for_control,
        seed=seed,
        port_base=port_base,
        as_json=as_json,
        store=store,
        ca=ca,
        cert_key=cert_key,
        cert_validity=cert_validity,
        tarpit=tarpit,
        dns=dns,
        dns_view=View(dns_view),
        proxy_protocol=proxy_protocol,
        phase=phase,
        readings=readings,
        milestones=milestones,
        idle=idle,
        total=total,
        lab=lab,
        faults=faults,
        keep=Keeping(messages=keep_messages, mebibytes=keep_mebibytes, events=keep_events),
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
    from relaylab_conformance import estate_verbs
    from relaylab_conformance.migration import Order

    with bad_input():
        estate = estate_verbs.open_estate(world)
        at = estate_verbs.dates_to_judge(estate, dates, readings, milestones)
        order = Order(at=at, seed=seed, readings=readings, milestones=milestones, phase=phase)
        has_problems = estate_verbs.certify_and_tell(world, estate, order, out=out, as_json=as_json)
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


@main.command(name="import", short_help="Make a world file of an administrator's exports.")
@click.argument("exports", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The world file to write; one that is there is brought up to date. Without it nothing is written.",
)
@click.option("--tenant", metavar="NAME", help="The tenant (NAME.onmicrosoft.com), where no export says it.")
@click.option(
    "--report-days",
    type=click.IntRange(1, 90),
    help="The days that the report SMTP AUTH clients covers; the file does not say. 90 without it.",
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    type=options.NamedParam("THEIRS=OURS"),
    help="Read the column THEIRS as OURS, such as 'Absender=SenderAddress'; repeatable.",
)
@click.option(
    "--as",
    "shapes",
    multiple=True,
    type=options.NamedParam("KIND=FILE"),
    help="Read FILE as this kind of export, such as mail_users=users.csv; repeatable.",
)
@click.option("--example", metavar="NAME", help="Import exports that relaylab ships: litware, tailspin, woodgrove.")
@click.option("--script", is_flag=True, help="Print the PowerShell script that makes the exports.")
@options.json_option
def import_exports(  # noqa: PLR0913 - an argument an option
    *,
    exports: tuple[Path, ...],
    out: Path | None,
    tenant: str | None,
    report_days: int | None,
    columns: tuple[tuple[str, str], ...],
    shapes: tuple[tuple[str, str], ...],
    example: str | None,
    script: bool,
    as_json: bool,
) -> None:
    """Make a world file of EXPORTS: files, or folders of them, known by their content and not by their names.

    Known are CSV and JSON of Get-CASMailbox, Get-Mailbox, Get-TransportConfig, Get-OrganizationConfig,
    Get-AcceptedDomain, Get-InboundConnector, Get-AuthenticationPolicy, Get-User, Get-MailContact,
    Get-DistributionGroup, Get-UnifiedGroup, Get-DynamicDistributionGroup and Get-MailUser -HVEAccount, ScubaGear's
    JSON, the report SMTP AUTH clients, Entra's sign-in log (of the portal, of Graph or of Azure Monitor), message
    traces and zone files. All of one tenant at a time; import the next one into the same file.

    Exit code 1: written, but something was lost, unclear or contradictory on the way. 2: nothing was written.
    """
    from relaylab_conformance.inventory import command

    if script:
        click.echo(command.script(), nl=False)
        return
    paths = [*exports, *([command.example(example)] if example else [])]
    if not paths and not shapes:
        raise options.BadInputError("which exports? Name files or a folder; `relaylab import --script` makes them")
    with bad_input():
        has_problems = command.import_and_tell(
            paths,
            out=out,
            tenant=tenant,
            report_days=report_days,
            columns=columns,
            shapes=shapes,
            as_json_text=as_json,
        )
    raise SystemExit(options.PROBLEMS if has_problems else options.GOOD)


@main.command(name="plan", short_help="Plan the migration of a world: who moves where, by when, and how.")
@click.argument("world")
@click.option("--at", type=InstantParam(), help="The day of the plan; without it, today.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the world file with each target filled in; what a person wrote besides stays.",
)
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the one page: who stops when, with which line, what to do first.",
)
@click.option(
    "--csv",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a table for a spreadsheet: a row a sender, no cell a formula.",
)
@click.option("--markdown", "as_markdown", is_flag=True, help="Print a checklist in Markdown, with all steps.")
@options.readings_and_milestones
@options.json_option
def plan_migration(  # noqa: PLR0913 - an argument an option
    *,
    world: str,
    at: datetime | None,
    out: Path | None,
    html: Path | None,
    csv: Path | None,
    as_markdown: bool,
    readings: Readings,
    milestones: Milestones,
    as_json: bool,
) -> None:
    """Plan the migration of the senders of WORLD: each one's methods with reasons, what to run first, in which order.

    A method is recommended only where a message arrived by it in a copy of WORLD in which its steps were carried out.

    Exit code 1: there is something to do. 0: every sender goes on as it is.
    """
    from relaylab_conformance.planning import command

    if as_json and as_markdown:
        raise options.BadInputError("--json and --markdown are two forms; give one of them")
    with bad_input():
        has_problems = command.plan_and_tell(
            world,
            at=at,
            out=out,
            html=html,
            csv=csv,
            as_markdown_text=as_markdown,
            as_json_text=as_json,
            readings=readings,
            milestones=milestones,
        )
    raise SystemExit(options.PROBLEMS if has_problems else options.GOOD)


@main.command(short_help="Replay messages that were sent against the limits of their mailboxes.")
@click.argument("traces", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--world", help="Count what the mailboxes of this world sent only, an alias as its mailbox.")
@click.option(
    "--engine",
    type=click.Choice(["exact", "numba"]),
    default="exact",
    show_default=True,
    help="numba: the same answers faster, where numba is installed.",
)
@options.json_option
def replay(*, traces: tuple[Path, ...], world: str | None, engine: str, as_json: bool) -> None:
    """Replay message TRACES: what would the limits of client submission have refused, or delivered late?

    TRACES are message traces as `import` reads them, or any CSV with the columns Received, SenderAddress and
    RecipientAddress (a row for each recipient) or RecipientCount (a row for each message).

    Exit code 1: a message would have been refused.
    """
    from relaylab_conformance.replaying import command

    with bad_input():
        has_problems = command.replay_and_tell(traces, world, engine_name=engine, as_json_text=as_json)
    raise SystemExit(options.PROBLEMS if has_problems else options.GOOD)


@main.command(name="errors", short_help="List the error lines, what they mean, and what to change.")
@click.option(
    "--pages",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write a page for every line, and two indexes, into this folder; pages of lines that are no more are removed.",
)
@options.readings_and_milestones
@options.json_option
def list_errors(*, folder: Path | None, readings: Readings, milestones: Milestones, as_json: bool) -> None:
    """List every line of 4xx and 5xx that a sender may read, every code over REST, and what each means."""
    from relaylab_conformance import verbs

    with bad_input():
        verbs.print_errors(folder, readings=readings, milestones=milestones, as_json=as_json)


@main.command(name="inferences", short_help="List what rests on our inference.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print a page in Markdown.")
@options.json_option
@options.readings_and_milestones
def list_inferences(*, readings: Readings, milestones: Milestones, as_json: bool, as_markdown: bool) -> None:
    """List every rule, text and reading that no document and no transcript shows, and every date that we chose."""
    from relaylab_conformance import verbs

    verbs.print_catalogue(
        "inferences", None, readings=readings, milestones=milestones, as_json=as_json, as_markdown=as_markdown
    )


@main.command(name="faults", short_help="List what `serve --fault` can do wrong.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print a page in Markdown.")
@options.json_option
def list_faults(*, as_json: bool, as_markdown: bool) -> None:
    """List what the listeners can do wrong on purpose, and how each fault is written."""
    from relaylab_conformance import fault_listing, terminal

    if as_json and as_markdown:
        raise options.BadInputError("--json and --markdown are two forms; give one of them")
    if as_json:
        terminal.say_json(fault_listing.as_json())
    else:
        terminal.say(fault_listing.as_markdown() if as_markdown else fault_listing.as_text(terminal.width()))


@main.command(
    cls=options.CommandOfSpans,
    short_help="Move the clock of a relaylab that is serving.",
    context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]},
)
@click.argument("when", required=False)
@click.option("--freeze", is_flag=True, help="Have the clock stand still.")
@click.option("--rate", type=float, help="Have the clock run, so many simulated seconds a second.")
@options.control_options
def travel(  # noqa: PLR0913 - an argument an option
    *, when: str | None, freeze: bool, rate: float | None, control: str | None, token: str | None, as_json: bool
) -> None:
    """Move the clock of a relaylab that is serving, forwards or back: WHEN is a date, an instant, +30d, -12h or +1d12h.

    Every listener moves together; open sessions see the new instant at their next command. Without WHEN, say where it
    stands.
    """
    from relaylab_conformance.steering import verbs

    verbs.travel(verbs.Which(control, token, as_json), when, freeze=freeze, rate=rate)


@main.command(short_help="Say how a relaylab that is serving stands.")
@options.control_options
def status(*, control: str | None, token: str | None, as_json: bool) -> None:
    """Say how a relaylab that is serving stands, and prove each listener by a real connection.

    Exit code 1: a listener is not ready.
    """
    from relaylab_conformance.steering import verbs

    is_ready = verbs.status(verbs.Which(control, token, as_json))
    raise SystemExit(options.GOOD if is_ready else options.PROBLEMS)


@main.command(short_help="List, show or delete the mail of a relaylab that is serving.")
@click.argument("name", metavar="[ID]", required=False)
@click.option("--raw", is_flag=True, help="Write the message to standard output as it came.")
@click.option("--attachment", type=click.IntRange(min=1), help="Write that attachment to standard output, decoded.")
@click.option("--delete", is_flag=True, help="Delete the message; with --all, every message.")
@click.option("--all", "every", is_flag=True, help="With --delete, without ID: mean every message.")
@options.control_options
def messages(  # noqa: PLR0913 - an argument an option
    *,
    name: str | None,
    raw: bool,
    attachment: int | None,
    delete: bool,
    every: bool,
    control: str | None,
    token: str | None,
    as_json: bool,
) -> None:
    """List the mail that a relaylab that is serving has accepted, or show the message ID."""
    from relaylab_conformance.steering import verbs

    which = verbs.Which(control, token, as_json)
    if raw + delete + (attachment is not None) > 1:
        raise options.BadInputError("--raw, --attachment and --delete are three things to do; give one of them")
    if every and (not delete or name is not None):
        raise options.BadInputError("--all goes with --delete, without ID; to list all mail, leave it out")
    if name is None and (raw or attachment is not None or (delete and not every)):
        raise options.BadInputError("which message? Give its ID (`relaylab messages` lists them), or --delete --all")
    if delete:
        verbs.delete_messages(which, name)
    elif name is None:
        verbs.list_messages(which)
    elif raw or attachment is not None:
        verbs.print_content(which, name, attachment)
    else:
        verbs.show_message(which, name)


@main.command(short_help="Show or rotate the access keys of Azure Communication Services.")
@click.option("--rotate", type=click.Choice(["primary", "secondary"]), help="Make that key anew.")
@click.option("--resource", metavar="NAME", help="Of that resource; where there is one only, of that.")
@options.control_options
def acs(*, rotate: str | None, resource: str | None, control: str | None, token: str | None, as_json: bool) -> None:
    """Show the connection string and the keys of each ACS resource of a relaylab that is serving, or rotate a key."""
    from relaylab_conformance.steering import verbs

    verbs.acs(verbs.Which(control, token, as_json), resource, rotate)


@main.command(short_help="List or follow what happens in a relaylab that is serving.")
@click.option("--follow", "-f", is_flag=True, help="Print what happens from now on, until Ctrl-C.")
@click.option("--after", type=click.IntRange(min=0), help="Begin behind the event of that number.")
@click.option("--session", help="Of one session only, such as s-000042.")
@click.option("--kind", help="Of one kind only, such as judged.")
@options.control_options
def events(  # noqa: PLR0913 - an argument an option
    *,
    follow: bool,
    after: int | None,
    session: str | None,
    kind: str | None,
    control: str | None,
    token: str | None,
    as_json: bool,
) -> None:
    """List what happened in a relaylab that is serving, a line an event; with --json, an object a line."""
    from relaylab_conformance.steering import verbs

    verbs.events(verbs.Which(control, token, as_json), after=after, session=session, kind=kind, follow=follow)


@main.command(short_help="List or rotate the keys that Entra signs with, in a relaylab that is serving.")
@click.option("--rotate", is_flag=True, help="Sign with a new key from now on.")
@click.option("--drop-old", is_flag=True, help="Drop the old keys: the tokens that they signed are refused.")
@options.control_options
def keys(*, rotate: bool, drop_old: bool, control: str | None, token: str | None, as_json: bool) -> None:
    """List the ids of the keys that Entra publishes in a relaylab that is serving, the one that signs first.

    With --rotate a new key signs; what the old ones signed counts until they are dropped.
    """
    from relaylab_conformance.steering import verbs

    verbs.keys(verbs.Which(control, token, as_json), rotate=rotate, drop_old=drop_old)


@main.command(short_help="Say why: a rule, a reply line, a code, an event.")
@click.argument("what")
@click.option("--run", type=click.Path(file_okay=False, path_type=Path), help="The folder that certify wrote.")
@click.option("--control", metavar="URL", help="The control plane of a relaylab that is serving.")
@click.option("--token", help="Its token, where it is not found by itself.")
@options.readings_and_milestones
@options.json_option
def explain(  # noqa: PLR0913 - an argument an option
    *,
    what: str,
    run: Path | None,
    control: str | None,
    token: str | None,
    readings: Readings,
    milestones: Milestones,
    as_json: bool,
) -> None:
    """Say why: WHAT is a rule, a reply line or an error as a log has it, a status code, or the status of a delivery.

    It may be the number of an event or the id of a message: of the relaylab that is serving, or of --run.
    """
    from relaylab_conformance import verbs

    records = verbs.records(what, run, control, token)
    verbs.print_explanation(what, records, readings=readings, milestones=milestones, as_json=as_json)


@main.command(short_help="Show when each sender changes, and with which line.")
@click.argument("world")
@options.readings_and_milestones
@options.json_option
def timeline(*, world: str, readings: Readings, milestones: Milestones, as_json: bool) -> None:
    """Judge every sender of WORLD in every date window: who changes when, with which line, by which rule."""
    from relaylab_conformance import estate_verbs

    with bad_input():
        estate = estate_verbs.open_estate(world)
    has_problems = estate_verbs.print_timeline(estate, readings=readings, milestones=milestones, as_json=as_json)
    raise SystemExit(options.PROBLEMS if has_problems else options.GOOD)
