"""The control plane's first routes: JSON over HTTP on a port of its own, local, with a token as bearer.

The routes are in ``ROUTES``. Every error is JSON, ``{"error": "..."}``, and ends with the way out.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import secrets  # noqa: TID251 - the token guards the machine's user; it is no part of what is simulated
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Protocol

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from relaylab.domain.clock import iso, parse_instant
from relaylab.servers.control_faults import ROUTES as FAULT_ROUTES
from relaylab.servers.control_faults import fault_routes
from relaylab.servers.fleet import ListenError
from relaylab.store import KINDS, as_json, message_json

if TYPE_CHECKING:
    from relaylab.servers.control_faults import SteersFaults
    from relaylab.store import Store

ROUTES: Final = (
    "GET and PUT /clock, GET /messages, GET /messages/{id}/raw, GET /events, GET and PUT /world, POST /reset, "
    + FAULT_ROUTES
)
_EVENT_FILTERS: Final = ("after", "limit", "session", "kind")
_LARGEST_BODY: Final = 64 * 1024 * 1024
_PAGE: Final = 1000


class RejectedError(Exception):
    """A request that cannot be obeyed; the text ends with the way out."""


class Controlled(Protocol):
    """What the control plane steers."""

    @property
    def store(self) -> Store:
        """Mail and events."""
        ...

    @property
    def now(self) -> datetime:
        """The simulated instant."""
        ...

    @property
    def faults(self) -> SteersFaults:
        """What the listeners do wrong on purpose."""
        ...

    @property
    def revision(self) -> int:
        """Which world is in force, counted from 1."""
        ...

    @property
    def document(self) -> dict[str, object] | None:
        """The world as it was written, or None when it was not read from a document."""
        ...

    def travel(self, instant: datetime) -> None:
        """Go to another instant."""
        ...

    async def put_document(self, document: dict[str, object]) -> None:
        """Put another world in force; raise RejectedError when it is wrong."""
        ...

    async def begin_again(self) -> None:
        """Forget mail, counters and events."""
        ...


def control_app(controlled: Controlled, token: str) -> Starlette:  # noqa: C901 - one route after the other
    """Make the application."""

    async def clock(request: Request) -> Response:
        if request.method == "PUT":
            now = (await _object(request)).get("now")
            if not isinstance(now, str):
                raise RejectedError('the body has no text "now"; send {"now": "2027-01-04T00:00:00Z"}')
            try:
                controlled.travel(parse_instant(now))
            except ValueError as error:
                raise RejectedError(str(error)) from None
        return JSONResponse({"now": iso(controlled.now)})

    async def messages(_: Request) -> Response:
        kept = controlled.store.mail.messages()
        return JSONResponse({"messages": [message_json(message) for message in kept]})

    async def raw(request: Request) -> Response:
        name = request.path_params["id"]
        content = controlled.store.mail.raw(name)
        if content is None:
            raise HTTPException(404, f"no message has the id {name!r}; GET /messages lists them")
        return Response(content, media_type="message/rfc822")

    async def events(request: Request) -> Response:
        query = request.query_params
        if unknown := [name for name in query if name not in _EVENT_FILTERS]:
            raise RejectedError(f"{unknown[0]!r} is no filter of events; use {', '.join(_EVENT_FILTERS)}")
        kind = query.get("kind")
        if kind not in {None, *KINDS}:
            raise RejectedError(f"{kind!r} is no kind of event; use one of {', '.join(KINDS)}")
        after, limit = _number(request, "after", 0), _number(request, "limit", _PAGE)
        page = controlled.store.events.page(after, limit, session=query.get("session"), kind=kind)
        found = [as_json(entry.event, entry.seq) for entry in page.entries]
        return JSONResponse({"events": found, "through": page.through, "missed": page.missed})

    async def world(request: Request) -> Response:
        if request.method == "PUT":
            await controlled.put_document(await _object(request))
        if controlled.document is None:
            raise HTTPException(
                404, "this world was made by a program, not read from a document; PUT /world replaces it"
            )
        return JSONResponse({"revision": controlled.revision, "world": controlled.document})

    async def reset(_: Request) -> Response:
        await controlled.begin_again()
        return JSONResponse({"now": iso(controlled.now), "revision": controlled.revision})

    routes = [
        Route("/clock", _guarded(clock, token), methods=["GET", "PUT"]),
        Route("/messages", _guarded(messages, token), methods=["GET"]),
        Route("/messages/{id}/raw", _guarded(raw, token), methods=["GET"]),
        Route("/events", _guarded(events, token), methods=["GET"]),
        Route("/world", _guarded(world, token), methods=["GET", "PUT"]),
        Route("/reset", _guarded(reset, token), methods=["POST"]),
        *fault_routes(controlled.faults, guarded=lambda handler: _guarded(handler, token), read=_object),
    ]
    return Starlette(
        routes=routes,
        exception_handlers={RejectedError: _rejected, HTTPException: _http_error, ClientDisconnect: _gone},
    )


class ControlServer:
    """The application on a port, in the loop that the listeners run in."""

    def __init__(self, controlled: Controlled) -> None:
        """Draw the token."""
        self.token: Final = secrets.token_urlsafe(24)
        self._app = control_app(controlled, self.token)
        self._server: _QuietServer | None = None
        self._task: asyncio.Task[None] | None = None
        self.url = ""

    async def start(self, host: str, port: int) -> None:
        """Listen; port 0 takes a free one. Raise ListenError when the port is taken."""
        try:
            listener = socket.create_server((host, port))
        except OSError as error:
            raise ListenError.about("control", host, port, error) from None
        self.url = f"http://{host}:{listener.getsockname()[1]}"
        config = uvicorn.Config(self._app, log_config=None, access_log=False, lifespan="off", ws="none")
        self._server = _QuietServer(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[listener]))

    async def stop(self) -> None:
        """Stop listening, and cut off who is still asking after half a second."""
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            await asyncio.wait({self._task}, timeout=0.5)
            for connection in tuple(self._server.server_state.connections):
                connection.transport.abort()
            await self._task


class _QuietServer(uvicorn.Server):
    """A server that leaves signals to the program it is part of."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


_Handler = Callable[[Request], Awaitable[Response]]


def _guarded(handler: _Handler, token: str) -> _Handler:
    async def guarded(request: Request) -> Response:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), token.encode()):
            message = "the control plane needs its token; send the header Authorization: Bearer TOKEN"
            raise HTTPException(401, message, headers={"WWW-Authenticate": "Bearer"})
        return await handler(request)

    return guarded


async def _object(request: Request) -> dict[str, object]:
    body = bytearray()
    stream: AsyncIterator[bytes] = request.stream()
    async for part in stream:
        body += part
        if len(body) > _LARGEST_BODY:
            raise HTTPException(413, f"the body is larger than {_LARGEST_BODY} octets; send less")
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RejectedError(f"the body is no JSON: {error}; send an object") from None
    if not isinstance(document, dict):
        raise RejectedError("the body is JSON, but no object; send {...}")
    return document


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise RejectedError(f"{name}={text!r} is not a whole number of 0 or more; leave it out for {default}")
    return int(text)


async def _rejected(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, status_code=400)


async def _http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    said, path = error.detail, request.url.path
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        said = f"{request.method} {path} is none of the routes; they are {ROUTES}"
    elif said == HTTPStatus.NOT_FOUND.phrase:
        said = f"{path} is none of the routes; they are {ROUTES}"
    return JSONResponse({"error": said}, status_code=error.status_code, headers=error.headers)


async def _gone(_request: Request, _error: Exception) -> Response:
    return Response(status_code=HTTPStatus.BAD_REQUEST)  # for nobody: the client left in the middle of its body
