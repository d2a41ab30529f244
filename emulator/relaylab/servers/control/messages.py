"""Accepted mail: listed without bodies, one by one, as it came, deleted."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from relaylab.domain.address import Address
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.message import Placement
from relaylab.servers.control.call import JsonAnswer, Operation, Parameter, RejectedError, not_found, written
from relaylab.servers.control.shapes import DeletedShape, MessagesShape
from relaylab.servers.fleet import ENDPOINTS
from relaylab.store import message_json
from relaylab.store.shapes import MessageShape

if TYPE_CHECKING:
    from relaylab.domain.message import KeptMessage
    from relaylab.servers.control.call import Call

GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_PAGE: Final = 1000


async def _list(call: Call) -> Response:
    mail = call.controlled.store.mail
    recipient, after, endpoint = call.text("recipient"), call.text("after"), call.text("endpoint")
    limit = call.number("limit")
    found = mail.messages(
        tenant=call.text("tenant"),
        recipient=_address(recipient) if recipient is not None else None,
        endpoint=Endpoint(endpoint) if endpoint is not None else None,
        session=call.text("session"),
        after=after,
        limit=limit + 1,
    )
    if after is not None and not found and mail.raw(after) is None:
        way_out = f"leave it out and begin again{_and_those_dropped(call)}"
        raise RejectedError(f"after={after!r} is the id of no message any more; {way_out}")
    page = found[:limit]
    more = page[-1].id if page and len(found) > limit else None
    return JsonAnswer({"messages": await written(page, message_json), "next": more})


async def _one(call: Call) -> Response:
    return JsonAnswer(message_json(_named(call)))


async def _raw(call: Call) -> Response:
    recipient = call.text("recipient")
    content = content_of(call) if recipient is None else _as_received(call, _address(recipient))
    return Response(content, media_type="message/rfc822")


async def _delete(call: Call) -> Response:
    if not call.controlled.store.mail.delete(id_of(call, call.step("id"))):
        raise no_message(call)
    return Response(status_code=HTTPStatus.NO_CONTENT)


async def _delete_all(call: Call) -> Response:
    return JsonAnswer({"deleted": call.controlled.store.mail.forget()})


def id_of(call: Call, name: str) -> str:
    """Give the id of the message that was sent by an operation of that id, the last of several; else the name itself.

    Operation ids are GUIDs, whose case does not count; whoever sends over REST may choose them.
    """
    if not GUID.fullmatch(name):
        return name
    sent = call.controlled.store.mail.messages(endpoint=Endpoint.ACS_REST)
    return next((one.id for one in reversed(sent) if (one.operation or "").lower() == name.lower()), name)


def _named(call: Call) -> KeptMessage:
    """Give the message that the path names."""
    message = call.controlled.store.mail.message(id_of(call, call.step("id")))
    if message is None:
        raise no_message(call)
    return message


def content_of(call: Call) -> bytes:
    """Give the content of the message that the path names."""
    content = call.controlled.store.mail.raw(id_of(call, call.step("id")))
    if content is None:
        raise no_message(call)
    return content


def _as_received(call: Call, recipient: Address) -> bytes:
    """Give the message that the path names as a recipient has it."""
    message = _named(call)
    content = message.content_for(recipient)
    if content is None:
        got = ", ".join(str(copy.recipient) for copy in message.copies if copy.placed is not Placement.NONE)
        raise not_found(
            f"{recipient} has no copy of {message.id}; ask for one of {got or 'nobody: every copy bounced'}"
        )
    return content


def no_message(call: Call) -> RejectedError:
    """Say that there is no such message."""
    return not_found(f"no message has the id {call.step('id')!r}; GET /messages lists them{_and_those_dropped(call)}")


def _and_those_dropped(call: Call) -> str:
    mail = call.controlled.store.mail
    if not mail.dropped:
        return ""
    says = "serve --keep-messages and --keep-mebibytes, or [keep] in the world file, say when"
    return f". {mail.dropped} older ones made room for newer ones: {says}"


def _address(text: str) -> Address:
    try:
        return Address.parse(text)
    except ValueError as error:
        raise RejectedError(f"recipient={text!r}: {error}; write it as helpdesk@contoso.com") from None


OPERATIONS: Final = (
    Operation(
        "GET",
        "/messages",
        "List messages without their bodies, in the order of their acceptance.",
        _list,
        MessagesShape,
        of="messages",
        parameters=(
            Parameter("after", "The id behind which the page begins: next of the page before."),
            Parameter("limit", "How many at most.", _PAGE),
            Parameter("tenant", "The name of the tenant that a message belongs to."),
            Parameter("recipient", "An address of the envelope, or of a copy."),
            Parameter("session", "The session that brought it."),
            Parameter("endpoint", "The endpoint that took it.", choices=ENDPOINTS),
        ),
    ),
    Operation(
        "DELETE",
        "/messages",
        "Forget every message; events stay, and what was charged stays charged.",
        _delete_all,
        DeletedShape,
    ),
    Operation(
        "GET",
        "/messages/{id}",
        "Give one message without its body, by its id or by that of the operation that sent it over REST.",
        _one,
        MessageShape,
        errors=(HTTPStatus.NOT_FOUND,),
    ),
    Operation(
        "DELETE",
        "/messages/{id}",
        "Forget one message; what it was charged stays charged.",
        _delete,
        status=HTTPStatus.NO_CONTENT,
        errors=(HTTPStatus.NOT_FOUND,),
    ),
    Operation(
        "GET",
        "/messages/{id}/raw",
        "Give a message octet for octet as it came; with a recipient, as that one has it with the service's fields.",
        _raw,
        parameters=(Parameter("recipient", "An address of the envelope, or of a copy."),),
        media="message/rfc822",
        errors=(HTTPStatus.NOT_FOUND,),
    ),
)
