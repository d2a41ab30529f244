"""Beginning again, and the seed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from relaylab.domain.clock import iso
from relaylab.servers.control.call import Body, Field, JsonAnswer, Kind, Operation, RejectedError, instant
from relaylab.servers.control.controlled import Reset
from relaylab.servers.control.shapes import ResetShape, SeedShape

if TYPE_CHECKING:
    from starlette.responses import Response

    from relaylab.servers.control.call import Call


async def _reset(call: Call) -> Response:
    world, seed = call.fields.get("world"), call.fields.get("seed")
    await call.controlled.begin_again(
        Reset(
            world=world if isinstance(world, dict) else None,
            at=call.instant("at"),
            seed=seed if isinstance(seed, int) else None,
            readings=_readings(call.fields.get("readings")),
            milestones=_milestones(call.fields.get("milestones")),
        )
    )
    return stand(call)


def stand(call: Call) -> Response:
    """Answer where it stands."""
    return JsonAnswer({"now": iso(call.controlled.clock.instant), "revision": call.controlled.revision})


def _readings(values: object) -> Mapping[str, str] | None:
    if not isinstance(values, dict):
        return None
    for name, value in values.items():
        if not isinstance(value, str):
            raise RejectedError(f'readings.{name}: is no text; send {{"readings": {{"{name}": "..."}}}}')
    return values


def _milestones(values: object) -> Mapping[str, datetime | None] | None:
    if not isinstance(values, dict):
        return None
    moved: dict[str, datetime | None] = {}
    for name, value in values.items():
        if value is not None and not isinstance(value, str):
            raise RejectedError(f"milestones.{name}: is neither a date nor null; null is a day that never comes")
        moved[name] = None if value is None else instant(value, f"milestones.{name}")
    return moved


async def _get_seed(call: Call) -> Response:
    return JsonAnswer({"seed": call.controlled.seed})


async def _put_seed(call: Call) -> Response:
    seed = call.fields["seed"]
    if isinstance(seed, int):
        call.controlled.reseed(seed)
    return await _get_seed(call)


OPERATIONS: Final = (
    Operation(
        "POST",
        "/reset",
        "Begin again: connections end, mail, counters and events are forgotten, sessions are numbered from one. "
        "What is not given stays as it is, also whether the clock runs: PUT /clock stops it.",
        _reset,
        ResetShape,
        body=Body(
            {"at": "2026-12-01", "seed": 7},
            (
                Field("world", Kind.OBJECT, "Another world, as GET /world gives it."),
                Field("at", Kind.TEXT, "The instant to begin at; the clock stands or runs there as before."),
                Field("seed", Kind.WHOLE, "The seed of everything random."),
                Field("readings", Kind.OBJECT, "Choices where sources disagree: a name and a value each."),
                Field("milestones", Kind.OBJECT, "Dates that are moved: a name and a date each, or null for never."),
            ),
            is_required=False,
        ),
    ),
    Operation("GET", "/seed", "Tell the seed of everything random.", _get_seed, SeedShape),
    Operation(
        "PUT",
        "/seed",
        "Draw everything random from another seed, from the next session on.",
        _put_seed,
        SeedShape,
        body=Body({"seed": 7}, (Field("seed", Kind.WHOLE, "A whole number.", is_required=True),)),
    ),
)
