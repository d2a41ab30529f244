"""The application: every operation of every resource, behind the guard. Every error is ``{"error": "..."}``.

A new resource is a module with ``OPERATIONS`` and a line in the tuple below.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from relaylab.servers.control import (
    acs,
    attachments,
    clock,
    events,
    explain,
    faults,
    keys,
    messages,
    reset,
    snapshots,
    status,
    stream,
    verdicts,
    world,
)
from relaylab.servers.control.call import JsonAnswer, Operation, RejectedError, did_you_mean, read
from relaylab.servers.control.guard import Guard

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from relaylab.servers.control.call import Call
    from relaylab.servers.control.controlled import Controlled

DESCRIPTION: Final = "openapi.json"


async def _describe(_: Call) -> Response:
    return Response(_description(), media_type="application/json")


@cache
def _description() -> bytes:
    return files("relaylab.servers.control").joinpath(DESCRIPTION).read_bytes()


OPERATIONS: Final[tuple[Operation, ...]] = (
    *status.OPERATIONS,
    *clock.OPERATIONS,
    *reset.OPERATIONS,
    *world.OPERATIONS,
    *messages.OPERATIONS,
    *attachments.OPERATIONS,
    *events.OPERATIONS,
    *stream.OPERATIONS,
    *verdicts.OPERATIONS,
    *explain.OPERATIONS,
    *faults.OPERATIONS,
    *acs.OPERATIONS,
    *keys.OPERATIONS,
    *snapshots.OPERATIONS,
    Operation("GET", "/openapi.json", "Describe all this (OpenAPI 3.1).", _describe, dict),
)


def control_app(controlled: Controlled, token: str, streams: stream.Streams | None = None) -> Starlette:
    """Make the application; ``streams`` ends what is still being sent."""
    open_streams = streams or stream.Streams()
    by_path: defaultdict[str, dict[str, Operation]] = defaultdict(dict)
    for operation in OPERATIONS:
        by_path[operation.path][operation.method] = operation
    return Starlette(
        routes=[
            Route(path, _endpoint(operations, controlled, open_streams), methods=list(operations))
            for path, operations in by_path.items()
        ],
        middleware=[Middleware(Guard, token=token)],
        exception_handlers={
            RejectedError: _rejected,
            HTTPException: _no_route,
            ClientDisconnect: _gone,
            Exception: _failed,
        },
    )


def _endpoint(
    operations: dict[str, Operation], controlled: Controlled, streams: stream.Streams
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        operation = operations["GET" if request.method == "HEAD" else request.method]
        return await operation.handler(await read(operation, request, controlled, streams))

    return answer


async def _rejected(_: Request, error: Exception) -> Response:
    status_code = error.status if isinstance(error, RejectedError) else HTTPStatus.BAD_REQUEST
    return JsonAnswer({"error": str(error)}, status_code=status_code)


async def _no_route(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    path = request.url.path
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = ", ".join(sorted((error.headers or {}).get("Allow", "").split(", ")))
        said = f"{request.method} {path[:200]} is none of the routes; {path[:200]} takes {allowed}"
    else:
        near = did_you_mean(path, tuple(dict.fromkeys(one.path.replace(":path", "") for one in OPERATIONS)))
        said = f"{path[:200]} is none of the routes{near or '; GET /openapi.json lists them'}"
    return JsonAnswer({"error": said}, status_code=error.status_code, headers=dict(error.headers or {}))


async def _gone(_request: Request, _error: Exception) -> Response:
    return Response(status_code=HTTPStatus.BAD_REQUEST)  # for nobody: the client left in the middle of its body


async def _failed(_request: Request, error: Exception) -> Response:
    said = f"relaylab failed ({type(error).__name__}: {error}); please report it with what you sent"
    return JsonAnswer({"error": said}, status_code=HTTPStatus.INTERNAL_SERVER_ERROR)
