"""The keys that Entra signs with: listed, rotated, and the old ones dropped."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from relaylab.servers.control.call import Body, Field, JsonAnswer, Kind, Operation
from relaylab.servers.control.shapes import KeysShape

if TYPE_CHECKING:
    from starlette.responses import Response

    from relaylab.servers.control.call import Call


def _board(call: Call, status: HTTPStatus = HTTPStatus.OK) -> Response:
    signs, *old = call.controlled.signing_keys()
    return JsonAnswer({"signs": signs, "old": old}, status_code=status)


async def _list(call: Call) -> Response:
    return _board(call)


async def _rotate(call: Call) -> Response:
    call.controlled.rotate_signing_keys(keep_old=call.fields.get("keep_old") is not False)
    return _board(call, HTTPStatus.CREATED)


async def _drop(call: Call) -> Response:
    call.controlled.drop_old_signing_keys()
    return _board(call)


OPERATIONS: Final = (
    Operation("GET", "/entra/keys", "List the ids of the keys that Entra publishes.", _list, KeysShape),
    Operation(
        "POST",
        "/entra/keys",
        "Sign tokens with a new key from now on; what the old ones signed counts until they are dropped.",
        _rotate,
        KeysShape,
        HTTPStatus.CREATED,
        body=Body(
            {"keep_old": True},
            (Field("keep_old", Kind.YES_OR_NO, "false drops the old keys at once; true where it is left out."),),
            is_required=False,
        ),
    ),
    Operation(
        "DELETE",
        "/entra/keys",
        "Drop the old keys: the tokens that they signed are refused from now on.",
        _drop,
        KeysShape,
    ),
)
