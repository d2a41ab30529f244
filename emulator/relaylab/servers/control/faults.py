"""What the listeners do wrong on purpose: listed, added, taken away."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from relaylab.servers.control.call import Body, JsonAnswer, Operation, not_found
from relaylab.servers.control.fault_body import fault_body
from relaylab.servers.control.shapes import FaultShape, FaultsShape

if TYPE_CHECKING:
    from starlette.responses import Response

    from relaylab.servers.control.call import Call


def _board(call: Call) -> Response:
    return JsonAnswer({"faults": call.controlled.faults.list()})


async def _list(call: Call) -> Response:
    return _board(call)


async def _add(call: Call) -> Response:
    return JsonAnswer(call.controlled.faults.add(call.fields), status_code=HTTPStatus.CREATED)


async def _remove(call: Call) -> Response:
    wanted = call.step("id")
    if not call.controlled.faults.remove(wanted):
        raise not_found(f"no fault has the id {wanted!r}; GET /faults lists them")
    return _board(call)


async def _clear(call: Call) -> Response:
    call.controlled.faults.clear()
    return _board(call)


OPERATIONS: Final = (
    Operation(
        "GET", "/faults", "List the faults, how often each has acted, and whether it still can.", _list, FaultsShape
    ),
    Operation(
        "POST",
        "/faults",
        "Have the listeners do something wrong; open sessions see it at their next command.",
        _add,
        FaultShape,
        HTTPStatus.CREATED,
        body=Body({"behaviour": "mail4xx", "scope": {"listener": "mx"}, "times": 3}, described=fault_body),
    ),
    Operation("DELETE", "/faults", "Take all faults away.", _clear, FaultsShape),
    Operation("DELETE", "/faults/{id}", "Take one fault away.", _remove, FaultsShape, errors=(HTTPStatus.NOT_FOUND,)),
)
