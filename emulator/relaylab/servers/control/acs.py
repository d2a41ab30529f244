"""Azure Communication Services over REST: connection strings, keys, and what recipients do with a message."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from relaylab.servers.control.call import Body, Field, JsonAnswer, Kind, Operation, not_found
from relaylab.servers.control.shapes import AcsResourceShape, AcsResourcesShape

if TYPE_CHECKING:
    from relaylab.servers.control.call import Call

_USER_AGENT: Final = "relaylab"


async def _list(call: Call) -> Response:
    return JsonAnswer({"resources": call.controlled.acs.list()})


async def _rotate(call: Call) -> Response:
    wanted = call.step("name")
    try:
        return JsonAnswer(call.controlled.acs.rotate(wanted, call.text("key") or ""))
    except KeyError:
        raise not_found(f"no ACS resource is named {wanted!r}; GET /acs lists them") from None


async def _engage(call: Call) -> Response:
    wanted = call.step("id")
    kind, url = call.text("kind") or "", call.text("url") or ""
    try:
        call.controlled.acs.engage(wanted, kind, url, call.text("user_agent") or _USER_AGENT)
    except KeyError:
        raise not_found(
            f"no operation has the id {wanted!r}; GET /events?kind=operation_ended lists those ended"
        ) from None
    return Response(status_code=HTTPStatus.NO_CONTENT)


OPERATIONS: Final = (
    Operation(
        "GET", "/acs", "List the Azure Communication Services resources with their keys.", _list, AcsResourcesShape
    ),
    Operation(
        "POST",
        "/acs/{name}/keys",
        "Make a new primary or secondary key; the old one is denied from the next request on.",
        _rotate,
        AcsResourceShape,
        body=Body({"key": "primary"}, (Field("key", Kind.TEXT, "primary or secondary.", is_required=True),)),
        errors=(HTTPStatus.NOT_FOUND,),
    ),
    Operation(
        "POST",
        "/acs/operations/{id}/engagement",
        "Have a recipient view a message, or click a link in it: an engagement report follows.",
        _engage,
        status=HTTPStatus.NO_CONTENT,
        body=Body(
            {"kind": "click", "url": "https://contoso.com/orders/1"},
            (
                Field("kind", Kind.TEXT, "view or click.", is_required=True),
                Field("url", Kind.TEXT, "The link that is clicked."),
                Field("user_agent", Kind.TEXT, "What the recipient reads mail with."),
            ),
        ),
        errors=(HTTPStatus.NOT_FOUND,),
    ),
)
