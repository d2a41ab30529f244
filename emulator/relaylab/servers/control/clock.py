"""The clock: read, set, moved by a span, stood still, let run."""

from __future__ import annotations

import re
from contextlib import nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from relaylab.domain.clock import iso
from relaylab.servers.clocks import possible_rate
from relaylab.servers.control.call import Body, Field, JsonAnswer, Kind, Operation, RejectedError, naming
from relaylab.servers.control.shapes import ClockShape, NowShape

if TYPE_CHECKING:
    from starlette.responses import Response

    from relaylab.servers.clocks import ClockState
    from relaylab.servers.control.call import Call

_RATE: Final = Field(
    "rate", Kind.NUMBER, "Have it run there, so many simulated seconds a real one: more than 0, at most 31622400."
)
_FROZEN: Final = Field("frozen", Kind.YES_OR_NO, "Have it stand still there, or run as fast as it ran; not with rate.")
_SPAN: Final = re.compile(r"([+-]?)((?:\d{1,9}[wdhms])+)", re.ASCII)
_UNITS: Final = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


def clock_json(state: ClockState) -> ClockShape:
    """Give a clock as JSON."""
    return {"now": iso(state.instant), "rate": state.rate, "frozen": state.frozen}


def span(text: str) -> timedelta:
    """Read a span such as ``30d``, ``-12h`` or ``1d12h``: weeks, days, hours, minutes, seconds."""
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise RejectedError(f"{text!r} is not a span such as 30d, -12h or 1d12h; the units are w, d, h, m and s")
    total = timedelta()
    try:
        for number, unit in re.findall(r"(\d+)([wdhms])", found[2]):
            total += timedelta(**{_UNITS[unit]: int(number)})
    except OverflowError:
        raise RejectedError(f"{text!r} is longer than all calendars; choose a shorter span") from None
    return -total if found[1] == "-" else total


async def _get(call: Call) -> Response:
    return JsonAnswer({"now": iso(call.controlled.clock.instant)})


async def _set(call: Call) -> Response:
    if not call.fields:
        raise RejectedError('the body is empty; send {"now": "2027-01-04T00:00:00Z"}, a rate, or frozen')
    now, rate, frozen = call.instant("now"), _rate(call), _frozen(call)
    with naming("now") if now else nullcontext():
        call.controlled.travel(now, rate=rate, frozen=frozen)
    return await _get(call)


async def _advance(call: Call) -> Response:
    rate, frozen = _rate(call), _frozen(call)
    with naming("by"):
        call.controlled.advance(span(call.text("by") or ""), rate=rate, frozen=frozen)
    return await _get(call)


def _rate(call: Call) -> float | None:
    rate = call.fields.get("rate")
    if not isinstance(rate, int | float):
        return None
    with naming("rate"):
        return possible_rate(rate)


def _frozen(call: Call) -> bool | None:
    frozen = call.fields.get("frozen")
    if frozen and "rate" in call.fields:
        raise RejectedError("rate: a clock that stands still has none; give rate, or frozen")
    return frozen if isinstance(frozen, bool) else None


async def _freeze(call: Call) -> Response:
    call.controlled.freeze()
    return await _get_rate(call)


async def _get_rate(call: Call) -> Response:
    return JsonAnswer(clock_json(call.controlled.clock))


async def _run(call: Call) -> Response:
    rate = _rate(call)
    if rate is not None:
        call.controlled.run(rate)
    return await _get_rate(call)


OPERATIONS: Final = (
    Operation("GET", "/clock", "Tell the simulated instant.", _get, NowShape),
    Operation(
        "PUT",
        "/clock",
        "Go to another instant, forwards or back, and stand still or run there, in one step; every listener and every "
        "open session sees it at its next command. What is not given stays as it is.",
        _set,
        NowShape,
        body=Body(
            {"now": "2027-01-04T00:00:00Z", "frozen": True},
            (Field("now", Kind.TEXT, "A date, or an ISO 8601 instant; without a zone it is UTC."), _RATE, _FROZEN),
        ),
    ),
    Operation(
        "POST",
        "/clock/advance",
        "Go on by a span, or back by a negative one, and stand still or run there, in one step.",
        _advance,
        NowShape,
        body=Body(
            {"by": "30d"},
            (
                Field("by", Kind.TEXT, "A span in w, d, h, m and s: 30d, -12h, 1d12h.", is_required=True),
                _RATE,
                _FROZEN,
            ),
        ),
    ),
    Operation("POST", "/clock/freeze", "Have the clock stand still where it is.", _freeze, ClockShape),
    Operation("GET", "/clock/rate", "Tell how fast the clock runs, and whether it does.", _get_rate, ClockShape),
    Operation(
        "PUT",
        "/clock/rate",
        "Have the clock run from where it is, so many simulated seconds a real one.",
        _run,
        ClockShape,
        body=Body(
            {"rate": 86400},
            (Field("rate", Kind.NUMBER, "More than 0 and at most 31622400: a year a second.", is_required=True),),
        ),
    ),
)
