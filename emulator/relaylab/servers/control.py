"""The control plane's first routes: JSON over HTTP on a port of its own, local, with a token as bearer.

GET and PUT /clock, GET /messages, GET /messages/{id}/raw, GET /events, GET and PUT /world, POST /reset. Every error is
JSON, ``{"error": "..."}``, and ends with the way out.
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
from typing import TYPE_CHECKING, Final, Protocol

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from relaylab.domain.clock import iso, parse_instant
from relaylab.store import as_json, message_json

if TYPE_CHECKING:
    from relaylab.store import Store

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
            body = await _object(request)
            try:
                controlled.travel(parse_instant(str(body["now"])))
            except KeyError:
                raise RejectedError('the body has no "now"; send {"now": "2027-01-04T00:00:00Z"}') from None
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
        after, limit = _number(request, "after", 0), _number(request, "limit", _PAGE)
        query = request.query_params
        page = controlled.store.events.page(after, limit, session=query.get("session"), kind=query.get("kind"))
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
    ]
    return Starlette(routes=routes, exception_handlers={RejectedError: _rejected, HTTPException: _http_error})


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
        """Listen; port 0 takes a free one. Raise OSError when the port is taken."""
        listener = socket.create_server((host, port))
        self.url = f"http://{host}:{listener.getsockname()[1]}"
        config = uvicorn.Config(
            self._app, log_config=None, access_log=False, lifespan="off", ws="none", timeout_graceful_shutdown=0
        )
        self._server = _QuietServer(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[listener]))

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
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


async def _http_error(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return JSONResponse({"error": error.detail}, status_code=error.status_code, headers=error.headers)
