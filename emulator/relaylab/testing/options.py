"""What a test may choose of its lab, and how the choices of several places are put together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from pathlib import Path
from typing import Final

from relaylab.app.config import LoadedWorld, load_world, parse_world
from relaylab.app.faults import stated_faults
from relaylab.domain.clock import as_utc, midnight, parse_instant
from relaylab.domain.fault import Fault
from relaylab.domain.keeping import Keeping
from relaylab.domain.world import World

Moment = str | datetime | date
"""``2027-01-04``, ``2027-01-04T09:00:00Z``, an aware datetime, or a date, which means its 00:00:00Z."""

WorldSource = str | Path | World | LoadedWorld
"""A world that relaylab ships by its name, the path of a world file, its text, or what was made of one."""

FaultSource = str | Mapping[str, object] | Fault
"""A fault as ``relaylab serve --fault`` takes it, as the control plane takes it, or as a value."""

START: Final = "2026-12-01T00:00:00Z"
DEFAULT_WORLD: Final = "default"
_NEVER: Final = "never"
_TABLES: Final = {
    "readings": '{"basic_auth_refusal": "5.7.139"}',
    "milestones": '{"basic_auth_off_by_default": "2027-03-31"}',
    "keep": '{"messages": 1000}',
}
_KEPT: dict[tuple[object, ...], LoadedWorld] = {}  # a world is immutable: the same text is the same world


@dataclass(frozen=True, slots=True, kw_only=True)
class LabOptions:
    """How a lab begins.

    ``at`` is where the clock stands, ``readings`` and ``milestones`` are what the world's own are overruled by,
    ``tarpit`` holds refusals back for five real seconds as the service does, ``strict`` makes a refusal that no
    test expected an error, and ``faults``, one or several, are what the listeners do wrong on purpose. ``keep`` bounds
    ``messages``, ``mebibytes`` and ``events`` that are kept, before the world's own ``[keep]``.
    """

    world: WorldSource = DEFAULT_WORLD
    at: Moment = START
    seed: int = 0
    readings: Mapping[str, str] = field(default_factory=dict)
    milestones: Mapping[str, Moment | None] = field(default_factory=dict)
    tarpit: bool = False
    strict: bool = False
    faults: FaultSource | Sequence[FaultSource] = ()
    keep: Mapping[str, int] = field(default_factory=dict)


def check_kinds(options: LabOptions) -> None:
    """Raise ValueError, with the way out, for a choice that is of the wrong kind altogether."""
    __tracebackhide__ = True
    if wrong := next(_wrong_kinds(options), None):
        raise ValueError(wrong)


def _wrong_kinds(options: LabOptions) -> Iterator[str]:
    for name, example in _TABLES.items():
        given = getattr(options, name)
        if not isinstance(given, Mapping) or not all(isinstance(key, str) for key in given):
            yield f"{name}={given!r} is no table; write it as {example}"
    for name in ("tarpit", "strict"):
        if not isinstance(given := getattr(options, name), bool):
            yield f"{name}={given!r} is neither True nor False; write one of them"
    if type(options.seed) is not int:
        yield f"seed={options.seed!r} is no whole number; write one such as 7"
    world: object = options.world  # of a caller without types
    if not isinstance(world, str | Path | World | LoadedWorld):
        yield (
            f"world={world!r} is no world; give a name that relaylab ships, a path, the text of a world file, "
            "or a World"
        )


def instant_of(moment: Moment) -> datetime:
    """Give the instant that is meant; raise ValueError for one that cannot be read, or that is naive."""
    match moment:
        case datetime():
            return as_utc(moment)
        case date():
            return midnight(moment)
        case str():
            return parse_instant(moment)
    raise ValueError(f"{moment!r} is no instant; give a text such as '2027-01-04', a date, or an aware datetime")


def dates_of(milestones: Mapping[str, Moment | None]) -> dict[str, datetime | None]:
    """Read the days of moved milestones; None and ``never`` are days that do not come."""
    return {name: None if day is None or day == _NEVER else instant_of(day) for name, day in milestones.items()}


def keeping_of(keep: Mapping[str, int]) -> Keeping:
    """Read bounds; raise ValueError for one that there is not, and for one within which nothing could be kept."""
    words = [field.name for field in fields(Keeping)]
    if (unknown := next((word for word in keep if word not in words), None)) is not None:
        raise ValueError(f"keep: {unknown!r} is not one of {', '.join(words)}")
    return Keeping(**keep)


def faults_of(
    faults: FaultSource | Sequence[FaultSource], world: World | LoadedWorld, now: datetime
) -> tuple[Fault, ...]:
    """Read one fault or several, as of an instant of a world; raise FaultError for one that cannot act."""
    several = faults if isinstance(faults, Sequence) and not isinstance(faults, str) else (faults,)
    return stated_faults(several, world.world if isinstance(world, LoadedWorld) else world, now)


def world_of(source: WorldSource) -> World | LoadedWorld:
    """Read a world; raise WorldFileError, which lists everything there is to mend."""
    if isinstance(source, World | LoadedWorld):
        return source
    if isinstance(source, str) and "\n" in source:
        return _kept(("text", source), lambda: parse_world(source, "world"))
    path = Path(source)
    stamp = (path.stat().st_mtime_ns, path.stat().st_size) if path.is_file() else None
    return _kept(("file", str(source), stamp), lambda: load_world(source))


def _kept(key: tuple[object, ...], read: Callable[[], LoadedWorld]) -> LoadedWorld:
    """Give the world that was read under this key before, or read it."""
    if key not in _KEPT:
        _KEPT[key] = read()
    return _KEPT[key]
