"""What the verbs have in common: their options, what these options take, and how bad input ends.

Law: importing this module loads nothing but click; what a value means is looked up when there is a value.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

import click

if TYPE_CHECKING:
    from relaylab.app.rulebooks import Phase

F = TypeVar("F", bound=Callable[..., object])

GOOD: Final = 0
PROBLEMS: Final = 1
BAD_INPUT: Final = 2
PHASES: Final = ("2026-basic-on", "2027-off", "2027-off-reenabled", "removed")
NEVER: Final = "never"


class BadInputError(click.ClickException):
    """Input that cannot be used; each line of the message ends with the way out."""

    exit_code = BAD_INPUT

    def show(self, file: Any = None) -> None:  # noqa: ANN401 - as click has it
        """Print the message as it stands."""
        click.echo(self.format_message(), file=file or sys.stderr)


@contextmanager
def bad_input() -> Iterator[None]:
    """Turn what is wrong with somebody's input, files and ports into an error for people, exit code 2."""
    from relaylab.app.config import WorldFileError  # noqa: PLC0415 - only where there is input
    from relaylab.app.faults import FaultError  # noqa: PLC0415
    from relaylab.servers.fleet import ListenError  # noqa: PLC0415
    from relaylab.store import StoreError  # noqa: PLC0415
    from relaylab_certs import AuthorityError  # noqa: PLC0415

    try:
        yield
    except (WorldFileError, FaultError, StoreError, AuthorityError, ListenError) as error:
        raise BadInputError(str(error)) from None
    except BrokenPipeError:
        raise  # whoever read the output had enough
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise BadInputError(f"{where}{error.strerror or error}; choose another file or folder") from None


class CommandOfSpans(click.Command):
    """A command whose argument may begin with a hyphen: -12h goes back by so much, and only -h alone asks for help."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words of the command line."""
        return super().parse_args(ctx, ["--help" if word == "-h" else word for word in args])


class InstantParam(click.ParamType[datetime]):
    """A date or an instant; where ``judged`` is set, one that the rulebook supports."""

    name = "DATE"

    def __init__(self, *, judged: bool = True) -> None:
        """Say whether rules will be judged at the instant."""
        self._judged = judged

    def convert(self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read the instant, or say what is wrong with it."""
        from relaylab.domain.clock import parse_instant  # noqa: PLC0415 - only where there is a value

        if isinstance(value, datetime):
            return value
        try:
            instant = parse_instant(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if self._judged:
            self._refuse_unsupported(instant, param, ctx)
        return instant

    def _refuse_unsupported(self, instant: datetime, param: click.Parameter | None, ctx: click.Context | None) -> None:
        from relaylab.rules import milestones  # noqa: PLC0415 - only where there is a value

        earliest = milestones.EARLIEST_SUPPORTED.date()
        if instant < milestones.EARLIEST_SUPPORTED:
            self.fail(f"the rulebook begins on {earliest}; choose {earliest} or a later date", param, ctx)
        if instant >= milestones.NOT_SUPPORTED_FROM:
            self.fail(f"the rulebook knows nothing of {instant.date()}; choose a date before 3000", param, ctx)


class NamedParam(click.ParamType[tuple[str, str]]):
    """A text of the form NAME=VALUE."""

    def __init__(self, name: str) -> None:
        """Say how help writes it."""
        self.name = name

    def convert(
        self, value: str | tuple[str, str], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Split at the first equals sign."""
        if isinstance(value, tuple):
            return value
        name, equals, chosen = value.partition("=")
        if not (name and equals and chosen):
            self.fail(f"{value!r} is not of the form {self.name}", param, ctx)
        return name.strip(), chosen.strip()


def readings_and_milestones(command: F) -> F:
    """Give a verb --reading and --milestone."""
    for option in (
        click.option(
            "--milestone",
            "milestones",
            multiple=True,
            type=NamedParam("NAME=DATE"),
            callback=_milestones,
            help='Move a date, or make it "never" come; repeatable.',
        ),
        click.option(
            "--reading",
            "readings",
            multiple=True,
            type=NamedParam("NAME=VALUE"),
            callback=_readings,
            help="Choose a reading where sources disagree; repeatable.",
        ),
    ):
        command = option(command)
    return command


def seed_option(command: F) -> F:
    """Give a verb --seed."""
    return click.option("--seed", default=0, show_default=True, help="The seed of everything random.")(command)


def json_option(command: F) -> F:
    """Give a verb --json."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, and nothing else.")(command)


def control_options(command: F) -> F:
    """Give a verb --control and --token, and --json."""
    for option in (
        json_option,
        click.option("--token", envvar="RELAYLAB_TOKEN", help="Its token, where it is not found by itself."),
        click.option(
            "--control",
            metavar="URL",
            envvar="RELAYLAB_CONTROL",
            help="The control plane of the relaylab that is meant; without it, of the only one that is serving.",
        ),
    ):
        command = option(command)
    return command


def phase_option(command: F) -> F:
    """Give a verb --phase."""
    return click.option(
        "--phase",
        type=click.Choice(PHASES),
        callback=_phase,
        help="Set the state of the Basic cutover at the instant of --at, whatever the calendar says.",
    )(command)


def faults_option(command: F) -> F:
    """Give a verb --fault."""
    return click.option(
        "--fault",
        "faults",
        multiple=True,
        metavar="SPEC",
        callback=_faults,
        help="Do something wrong on purpose, such as submission=nostarttls; repeatable. `relaylab faults` lists them.",
    )(command)


def instants(values: tuple[datetime, ...]) -> tuple[datetime, ...]:
    """Put the dates of a repeated option in order, each once."""
    return tuple(sorted(set(values)))


def _readings(ctx: click.Context, param: click.Parameter, pairs: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    if not pairs:
        return {}
    from relaylab.app.world_file.errors import did_you_mean  # noqa: PLC0415 - only where there is a value
    from relaylab.rules.readings import READINGS  # noqa: PLC0415

    values = {reading.name: reading.names for reading in READINGS}
    for name, value in pairs:
        if name not in values:
            way_out = did_you_mean(name, values, "`relaylab readings` lists them")
            _refuse(ctx, param, f"{name!r} is not a reading; {way_out}")
        if value not in values[name]:
            way_out = did_you_mean(value, values[name], "choose one of them")
            _refuse(ctx, param, f"{name}: {value!r} is not one of {', '.join(values[name])}; {way_out}")
    return _once(ctx, param, pairs)


def _milestones(
    ctx: click.Context, param: click.Parameter, pairs: tuple[tuple[str, str], ...]
) -> Mapping[str, datetime | None]:
    if not pairs:
        return {}
    from relaylab.app.world_file.errors import did_you_mean  # noqa: PLC0415 - only where there is a value
    from relaylab.rules.milestones import MILESTONES  # noqa: PLC0415

    names = [milestone.name for milestone in MILESTONES]
    for name, _ in pairs:
        if name not in names:
            way_out = did_you_mean(name, names, "`relaylab milestones` lists them")
            _refuse(ctx, param, f"{name!r} is not a milestone; {way_out}")
    reader = InstantParam(judged=False)
    moved = _once(ctx, param, pairs)
    return {name: None if at == NEVER else reader.convert(at, param, ctx) for name, at in moved.items()}


def _phase(ctx: click.Context, param: click.Parameter, value: str | None) -> Phase | None:
    del ctx, param
    if value is None:
        return None
    from relaylab.app.rulebooks import Phase  # noqa: PLC0415 - only where there is a value

    return Phase(value)


def _faults(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    if not values:
        return ()
    from relaylab.app.faults import FaultError, parse_spec  # noqa: PLC0415 - only where there is a value
    from relaylab.rules.milestones import EARLIEST_SUPPORTED  # noqa: PLC0415

    for value in values:
        try:
            parse_spec(value, EARLIEST_SUPPORTED)  # the span of "for" is counted from the clock that is started later
        except FaultError as error:
            _refuse(ctx, param, str(error))
    return values


def _once(ctx: click.Context, param: click.Parameter, pairs: tuple[tuple[str, str], ...]) -> dict[str, str]:
    chosen = dict(pairs)
    twice = next((name for name, value in pairs if chosen[name] != value), None)
    if twice is not None:
        _refuse(ctx, param, f"{twice} is given twice, with different values; give it once")
    return chosen


def _refuse(ctx: click.Context, param: click.Parameter, message: str) -> NoReturn:
    raise click.BadParameter(message, ctx=ctx, param=param)


def catalogue_options(command: F) -> F:
    """Give a verb that lists a part of the catalogue its options."""
    for option in (
        click.option("--markdown", "as_markdown", is_flag=True, help="Print a page in Markdown."),
        json_option,
        readings_and_milestones,
        click.option("--at", type=InstantParam(), help="The date to look at."),
    ):
        command = option(command)
    return command


def folder_option(command: F) -> F:
    """Give a verb --out."""
    return click.option(
        "--out",
        type=click.Path(file_okay=False, path_type=Path),
        help="Write report.html, report.json, junit.xml and the transcripts into this folder.",
    )(command)
