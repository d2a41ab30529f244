"""The world: read, replaced, patched below one tenant, each time as a whole and only if nobody else was first."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from relaylab.servers.control.call import Body, Field, JsonAnswer, Kind, Operation, RejectedError, not_found
from relaylab.servers.control.merge import patched
from relaylab.servers.control.shapes import WorldShape
from relaylab.store import RevisionError

if TYPE_CHECKING:
    from starlette.responses import Response

    from relaylab.servers.control.call import Call

_TAG: Final = re.compile(r'(?:W/)?"?(\d{1,18})"?', re.ASCII)
_PATCH: Final = Body(
    {"patch": {"organization_config": {"reject_direct_send": True}}, "revision": 3},
    (
        Field("patch", Kind.OBJECT, "A JSON merge patch (RFC 7396); null takes a key away.", is_required=True),
        Field("revision", Kind.WHOLE, "The revision that must be in force; left out, whichever is."),
    ),
    is_patch=True,
)


def _document(call: Call) -> dict[str, object]:
    document = call.controlled.document
    if document is None:
        raise not_found("this world was made by a program, not read from a document; PUT /world replaces it")
    return document


async def _get(call: Call) -> Response:
    revision = call.controlled.revision
    return JsonAnswer({"revision": revision, "world": _document(call)}, headers={"ETag": f'"{revision}"'})


async def _put(call: Call) -> Response:
    wanted = _if_match(call)
    try:
        await call.controlled.put_document(call.fields, wanted)
    except RevisionError as error:
        raise RejectedError(str(error), HTTPStatus.PRECONDITION_FAILED) from None
    return await _get(call)


async def _patch(call: Call) -> Response:
    steps = tuple(step for step in str(call.request.path_params.get("path", "")).split("/") if step)
    by_header, by_body = _if_match(call), call.fields.get("revision")
    wanted = by_header if by_header is not None else by_body if isinstance(by_body, int) else None
    inner = call.fields.get("patch")
    patch = call.patch if call.patch is not None else inner if isinstance(inner, dict) else {}
    while True:
        revision = call.controlled.revision
        document = patched(_document(call), call.step("tenant"), steps, patch)
        try:
            await call.controlled.put_document(document, revision if wanted is None else wanted)
        except RevisionError as error:
            if wanted is None:
                continue  # somebody was first, and nobody asked for the one before: patch what there is now
            status = HTTPStatus.CONFLICT if by_header is None else HTTPStatus.PRECONDITION_FAILED
            raise RejectedError(str(error), status) from None
        return await _get(call)


def _if_match(call: Call) -> int | None:
    given = call.request.headers.get("if-match", "").strip()
    if given in {"", "*"}:
        return None
    tag = _TAG.fullmatch(given)
    if tag is None:
        raise RejectedError(f'If-Match: {given} is no revision; send the ETag that GET /world gave, such as "3"')
    return int(tag[1])


OPERATIONS: Final = (
    Operation(
        "GET",
        "/world",
        "Give the world as it was written, secrets included.",
        _get,
        WorldShape,
        errors=(HTTPStatus.NOT_FOUND,),
    ),
    Operation(
        "PUT",
        "/world",
        "Put another world in force; open sessions see it at their next command. With If-Match, only if that revision "
        "is in force.",
        _put,
        WorldShape,
        body=Body({"tenant": [{"name": "contoso"}]}),
        errors=(HTTPStatus.NOT_FOUND, HTTPStatus.PRECONDITION_FAILED),
    ),
    *(
        Operation(
            "PATCH",
            path,
            f"Change settings of {what}; the whole world is checked before it is put in force.",
            _patch,
            WorldShape,
            body=_PATCH,
            errors=(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED),
        )
        for path, what in (
            ("/world/tenants/{tenant}", "one tenant"),
            ("/world/tenants/{tenant}/{path:path}", "a table within one tenant, such as mailbox/scanner@contoso.com"),
        )
    ),
)
