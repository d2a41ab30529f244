"""The event log in pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relaylab.servers.control.call import JsonAnswer, Operation, Parameter, written
from relaylab.servers.control.shapes import EventsShape
from relaylab.servers.fleet import ENDPOINTS
from relaylab.store import KINDS, as_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response

    from relaylab.domain.event import Event
    from relaylab.servers.control.call import Call

_PAGE: Final = 1000
AFTER: Final = Parameter("after", "The number behind which the page begins: through of the page before.", 0)
LIMIT: Final = Parameter("limit", "How many at most.", _PAGE)
SESSION: Final = Parameter("session", "One session, such as s-000042.")
KIND: Final = Parameter("kind", "One kind of event.", choices=KINDS)
ENDPOINT: Final = Parameter("endpoint", "One endpoint; smtp-legacy is submission too.", choices=ENDPOINTS)


def at_endpoint(call: Call) -> Callable[[Event], bool] | None:
    """Give the condition that the parameter ``endpoint`` sets, None where it is not given."""
    endpoint = call.text("endpoint")
    return None if endpoint is None else lambda event: event.endpoint == endpoint


async def _page(call: Call) -> Response:
    page = call.controlled.store.events.page(
        call.number("after"),
        call.number("limit"),
        session=call.text("session"),
        kind=call.text("kind"),
        where=at_endpoint(call),
    )
    found = await written(page.entries, lambda entry: as_json(entry.event, entry.seq))
    return JsonAnswer({"events": found, "through": page.through, "missed": page.missed})


OPERATIONS: Final = (
    Operation(
        "GET",
        "/events",
        "Give a page of events.",
        _page,
        EventsShape,
        of="events",
        parameters=(AFTER, LIMIT, SESSION, KIND, ENDPOINT),
    ),
)
