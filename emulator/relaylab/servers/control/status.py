"""How the emulator stands, and the proof that every listener answers."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from relaylab.servers.control.call import JsonAnswer, Operation
from relaylab.servers.control.shapes import ReadyShape, StatusShape

if TYPE_CHECKING:
    from starlette.responses import Response

    from relaylab.servers.control.call import Call
    from relaylab.servers.control.shapes import ListenerShape, ProbedShape
    from relaylab.servers.fleet import Announced
    from relaylab.servers.probes import Probed


async def _status(call: Call) -> Response:
    return JsonAnswer(call.controlled.status())


async def _ready(call: Call) -> Response:
    probed = await call.controlled.ready()
    answer = {"ready": all(one.is_ready for one in probed), "listeners": [_json(one) for one in probed]}
    failed = "; ".join(f"{one.listener.name}: {one.why}" for one in probed if not one.is_ready)
    if not failed:
        return JsonAnswer(answer)
    by_fault = any(one.faults for one in probed)
    way_out = "DELETE /faults takes every fault away" if by_fault else "end the process and start it again"
    error = f"not every listener is ready: {failed}; {way_out}"
    return JsonAnswer({"error": error, **answer}, status_code=HTTPStatus.SERVICE_UNAVAILABLE)


def listener_json(announced: Announced) -> ListenerShape:
    """Give a listener as JSON."""
    where = announced.where
    return {
        "listener": announced.key,
        "site": announced.site,
        "over_ipv6": announced.over_ipv6,
        "host": where.host,
        "port": where.port,
    }


def _json(probed: Probed) -> ProbedShape:
    return {
        **listener_json(probed.listener),
        "ready": probed.is_ready,
        "greeting": probed.greeting,
        "tls": probed.tls,
        "why": probed.why or None,
    }


OPERATIONS: Final = (
    Operation("GET", "/status", "Tell how the emulator stands.", _status, StatusShape),
    Operation(
        "GET",
        "/ready",
        "Prove every listener by a real connection: its greeting is read, and TLS begun where it is offered. "
        "Nothing of it is numbered, logged or charged.",
        _ready,
        ReadyShape,
        errors=(HTTPStatus.SERVICE_UNAVAILABLE,),
    ),
)
