"""Events as they happen, as server-sent events.

Law: nobody waits for a reader. There is no queue: each reader has a place in the log, and takes from there what its
connection can carry. One that falls behind further than the log reaches back is told how many it missed.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from starlette.responses import Response, StreamingResponse

from relaylab.servers.control.call import Operation, Parameter, RejectedError
from relaylab.servers.control.events import ENDPOINT, KIND, SESSION, at_endpoint
from relaylab.store import as_json, kind_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from relaylab.servers.control.call import Call
    from relaylab.store import Entry

_AT_A_TIME: Final = 64  # events that are written before a slow connection is waited for
_SIGN_OF_LIFE: Final = 15.0  # real seconds without an event before a comment shows that the connection lives
_FROM: Final = Parameter("after", "The number behind which to begin; without it, with what happens from now on.")


class Streams:
    """The readers that wait for events, so that they can be told of the end."""

    def __init__(self) -> None:
        """Begin open."""
        self._waiting: set[asyncio.Event] = set()
        self.is_closed = False

    def enter(self) -> asyncio.Event:
        """Give a reader the bell that wakes it."""
        bell = asyncio.Event()
        self._waiting.add(bell)
        return bell

    def leave(self, bell: asyncio.Event) -> None:
        """Take a reader's bell away."""
        self._waiting.discard(bell)

    def close(self) -> None:
        """Have every reader's stream end."""
        self.is_closed = True
        for bell in self._waiting:
            bell.set()


async def _stream(call: Call) -> Response:
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if call.request.method == "HEAD":
        return Response(headers=headers, media_type="text/event-stream")
    return StreamingResponse(_sent(call, _begin(call)), headers=headers, media_type="text/event-stream")


def _begin(call: Call) -> int:
    """Give the number behind which to begin; one of another process, which this one has not reached, is none."""
    last = call.controlled.store.events.last
    header = call.request.headers.get("last-event-id", "").strip()
    given, name = (header, "Last-Event-ID: ") if header else (call.text("after"), "after=")
    if given is None:
        return last
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        raise RejectedError(f"{name}{given!r} is not the number of an event; leave it out for what happens from now on")
    return number if (number := int(given)) <= last else 0


async def _sent(call: Call, after: int) -> AsyncIterator[str]:
    log, loop = call.controlled.store.events, asyncio.get_running_loop()
    bell = call.streams.enter()

    def ring(_: Entry) -> None:
        if not bell.is_set():
            loop.call_soon_threadsafe(bell.set)  # whoever appends may be in another thread

    stop_hearing = log.subscribe(ring)
    try:
        yield ": events of relaylab follow\n\n"
        while not call.streams.is_closed:
            bell.clear()
            page = log.page(
                after, _AT_A_TIME, session=call.text("session"), kind=call.text("kind"), where=at_endpoint(call)
            )
            after = page.through
            if page.missed:
                yield f'event: missed\ndata: {{"missed": {page.missed}}}\n\n'
            if page.entries:
                yield "".join(map(_written, page.entries))
            elif after >= log.last and not await _rung(bell):
                if await call.request.is_disconnected():
                    return
                yield ": nothing new\n\n"
    finally:
        stop_hearing()
        call.streams.leave(bell)


async def _rung(bell: asyncio.Event) -> bool:
    """Wait for the bell; False when a sign of life is due first."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_SIGN_OF_LIFE):
            await bell.wait()
    return bell.is_set()


def _written(entry: Entry) -> str:
    document = json.dumps(as_json(entry.event, entry.seq))
    return f"id: {entry.seq}\nevent: {kind_of(entry.event)}\ndata: {document}\n\n"


OPERATIONS: Final = (
    Operation(
        "GET",
        "/events/stream",
        "Send events as they happen: id is the number, event the kind, data the event as GET /events gives it. "
        'A reader that is too slow is sent an event "missed" with how many were dropped before it came to them. '
        "The header Last-Event-ID wins over after.",
        _stream,
        media="text/event-stream",
        of="events",
        parameters=(_FROM, SESSION, KIND, ENDPOINT),
    ),
)
