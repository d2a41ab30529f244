"""The clock: read, set, moved by a span, stood still, let run."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from relaylab.domain.clock import iso
from relaylab.servers.control.call import Body, Field, JsonAnswer, Kind, Operation, RejectedError, instant
from relaylab.servers.control.shapes import ClockShape, NowShape

if TYPE_CHECKING:
    from starlette.responses import Response

    from relaylab.servers.clocks import ClockState
    from relaylab.servers.control.call import Call

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
    call.controlled.travel(instant(call.text("now") or ""))
    return await _get(call)


async def _advance(call: Call) -> Response:
    call.controlled.advance(span(call.text("by") or ""))
    return await _get(call)


async def _freeze(call: Call) -> Response:
    call.controlled.freeze()
    return await _get_rate(call)


async def _get_rate(call: Call) -> Response:
    return JsonAnswer(clock_json(call.controlled.clock))


async def _run(call: Call) -> Response:
    rate = call.fields["rate"]
    if isinstance(rate, int | float):
        call.controlled.run(float(rate))
    return await _get_rate(call)


OPERATIONS: Final = (
    Operation("GET", "/clock", "Tell the simulated instant.", _get, NowShape),
    Operation(
        "PUT",
        "/clock",
        "Go to another instant, forwards or back; every listener and every open session sees it at its next command.",
        _set,
        NowShape,
        body=Body(
            {"now": "2027-01-04T00:00:00Z"},
            (Field("now", Kind.TEXT, "A date, or an ISO 8601 instant; without a zone it is UTC.", is_required=True),),
        ),
    ),
    Operation(
        "POST",
        "/clock/advance",
        "Go on by a span, or back by a negative one.",
        _advance,
        NowShape,
        body=Body(
            {"by": "30d"},
            (Field("by", Kind.TEXT, "A span in w, d, h, m and s: 30d, -12h, 1d12h.", is_required=True),),
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
