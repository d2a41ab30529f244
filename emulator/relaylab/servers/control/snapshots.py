"""Snapshots of everything: taken, listed, gone back to, forgotten."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from relaylab.servers.control.call import Body, Field, JsonAnswer, Kind, Operation, not_found
from relaylab.servers.control.reset import stand
from relaylab.servers.control.shapes import ResetShape, SnapshotShape, SnapshotsShape

if TYPE_CHECKING:
    from relaylab.servers.control.call import Call, RejectedError


async def _take(call: Call) -> Response:
    taken = call.controlled.take_snapshot(call.text("name"))
    return JsonAnswer(taken, status_code=HTTPStatus.CREATED, headers={"Location": f"/snapshots/{taken['id']}"})


async def _list(call: Call) -> Response:
    return JsonAnswer({"snapshots": call.controlled.snapshots()})


async def _one(call: Call) -> Response:
    wanted = call.step("id")
    found = next((one for one in call.controlled.snapshots() if one["id"] == wanted), None)
    if found is None:
        raise _no_snapshot(call)
    return JsonAnswer(found)


async def _restore(call: Call) -> Response:
    try:
        await call.controlled.restore(call.step("id"))
    except KeyError:
        raise _no_snapshot(call) from None
    return stand(call)


async def _delete(call: Call) -> Response:
    try:
        call.controlled.delete_snapshot(call.step("id"))
    except KeyError:
        raise _no_snapshot(call) from None
    return Response(status_code=HTTPStatus.NO_CONTENT)


def _no_snapshot(call: Call) -> RejectedError:
    return not_found(f"no snapshot has the id {call.step('id')!r}; GET /snapshots lists them")


OPERATIONS: Final = (
    Operation(
        "POST",
        "/snapshots",
        "Note world, readings, milestones, clock, seed, mail, counters, events and faults: all but the connections.",
        _take,
        SnapshotShape,
        HTTPStatus.CREATED,
        body=Body({"name": "before the cutover"}, (Field("name", Kind.TEXT, "What to call it."),), is_required=False),
        errors=(HTTPStatus.CONFLICT,),
    ),
    Operation("GET", "/snapshots", "List the snapshots that are kept.", _list, SnapshotsShape),
    Operation("GET", "/snapshots/{id}", "Tell of one snapshot.", _one, SnapshotShape, errors=(HTTPStatus.NOT_FOUND,)),
    Operation(
        "POST",
        "/snapshots/{id}/restore",
        "Be again what a snapshot noted; every connection ends. The snapshot is kept, and the world's revision grows.",
        _restore,
        ResetShape,
        errors=(HTTPStatus.NOT_FOUND,),
    ),
    Operation(
        "DELETE",
        "/snapshots/{id}",
        "Forget a snapshot.",
        _delete,
        status=HTTPStatus.NO_CONTENT,
        errors=(HTTPStatus.NOT_FOUND,),
    ),
)
