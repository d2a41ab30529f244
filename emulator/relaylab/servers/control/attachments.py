"""The attachments of a message: listed, and streamed one by one, decoded a piece at a time."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from starlette.responses import StreamingResponse

from relaylab.servers.control.call import JsonAnswer, Operation, not_found
from relaylab.servers.control.messages import content_of
from relaylab.servers.control.shapes import AttachmentsShape
from relaylab.store.attachments import attachments_of, decoded

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.responses import Response

    from relaylab.servers.control.call import Call
    from relaylab.servers.control.shapes import AttachmentShape
    from relaylab.store.attachments import Attachment


async def _list(call: Call) -> Response:
    content = content_of(call)
    return JsonAnswer({"attachments": [_json(content, one) for one in attachments_of(content)]})


async def _one(call: Call) -> Response:
    content, wanted = content_of(call), call.step("number")
    found = attachments_of(content)
    attachment = next((one for one in found if str(one.number) == wanted), None)
    if attachment is None:
        there = f"it has {len(found)}, counted from 1" if found else "it has none"
        raise not_found(f"message {call.step('id')!r} has no attachment {wanted!r}; {there}")

    async def pieces() -> AsyncIterator[bytes]:
        for piece in decoded(content, attachment):
            yield piece

    name = quote((attachment.name or f"attachment-{attachment.number}").encode(errors="backslashreplace"), safe="")
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(pieces(), headers=headers, media_type=attachment.content_type)


def _json(content: bytes, attachment: Attachment) -> AttachmentShape:
    return {
        "number": attachment.number,
        "name": attachment.name,
        "content_type": attachment.content_type,
        "content_id": attachment.content_id,
        "inline": attachment.is_inline,
        "size": sum(len(piece) for piece in decoded(content, attachment)),
    }


OPERATIONS: Final = (
    Operation(
        "GET",
        "/messages/{id}/attachments",
        "List the attachments of a message: every part that is not its own text.",
        _list,
        AttachmentsShape,
        errors=(HTTPStatus.NOT_FOUND,),
    ),
    Operation(
        "GET",
        "/messages/{id}/attachments/{number}",
        "Give one attachment, decoded, under the content type it was sent with.",
        _one,
        media="*/*",
        errors=(HTTPStatus.NOT_FOUND,),
    ),
)
