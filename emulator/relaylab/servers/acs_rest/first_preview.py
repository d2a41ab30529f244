"""The first preview, 2021-10-01-preview: other names in the body, repeatable requests, another status (ACS-REST-09).

What it says is written in the words of the later versions, so that one reader and one set of rules judge both.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from relaylab.rules.acs_rest.conditions import FIRST_PREVIEW

if TYPE_CHECKING:
    from datetime import datetime

    from relaylab.servers.acs_rest.visit import Visit
    from relaylab.store.acs_rest import OperationRecord

REQUEST_ID: Final = "repeatability-request-id"
FIRST_SENT: Final = "repeatability-first-sent"
_TYPES: Final = mimetypes.MimeTypes(filenames=())
_NAMES: Final = {
    "senderAddress": "sender",
    ".address": ".email",
    "recipients.cc": "recipients.CC",
    "recipients.bcc": "recipients.bCC",
    "contentType": "attachmentType",
    "contentInBase64": "contentBytesBase64",
    "userEngagementTrackingDisabled": "disableUserEngagementTracking",
}
_STATUS: Final = {"Running": "queued", "Succeeded": "outForDelivery", "Failed": "dropped", "Canceled": "dropped"}


def speaks(visit: Visit) -> bool:
    """Tell whether a request is of the first preview."""
    return visit.api_version == FIRST_PREVIEW


def lacks_repeatability(visit: Visit) -> bool:
    """Tell whether one of the two headers is missing that every request of the first preview needs."""
    return speaks(visit) and not all(visit.headers.get(name) for name in (REQUEST_ID, FIRST_SENT))


def translated(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Write a body in the words of the later versions; what has another type than it should stays as it is."""
    recipients = document.get("recipients")
    said = {
        "senderAddress": document.get("sender", document.get("senderEmail")),
        "content": document.get("content"),
        "recipients": recipients
        if not isinstance(recipients, dict)
        else {
            "to": _parties(recipients.get("to")),
            "cc": _parties(recipients.get("CC", recipients.get("cc"))),
            "bcc": _parties(recipients.get("bCC", recipients.get("bcc"))),
        },
        "replyTo": _parties(document.get("replyTo")),
        "attachments": _each(document.get("attachments"), _attachment),
        "headers": _headers(document),
        "userEngagementTrackingDisabled": document.get("disableUserEngagementTracking"),
    }
    return {name: value for name, value in said.items() if value is not None}


def in_its_words(at: str) -> str:
    """Name a property as the first preview does."""
    for later, first in _NAMES.items():
        at = at.replace(later, first)
    return at


def status_document(record: OperationRecord, now: datetime) -> dict[str, Any]:
    """Write how a message stands."""
    return {"messageId": record.id, "status": _STATUS[record.status if record.has_ended(now) else "Running"]}


def _each(value: object, write: Any) -> Any:  # noqa: ANN401 - JSON
    return [write(one) if isinstance(one, dict) else one for one in value] if isinstance(value, list) else value


def _parties(value: object) -> Any:  # noqa: ANN401 - JSON
    return _each(value, lambda one: {"address": one.get("email"), "displayName": one.get("displayName")})


def _attachment(one: Mapping[str, Any]) -> dict[str, Any]:
    kind = one.get("attachmentType")
    known = _TYPES.guess_type(f"x.{kind}")[0] if isinstance(kind, str) and kind.isalnum() else None
    return {
        "name": one.get("name"),
        "contentType": (known or "application/octet-stream") if isinstance(kind, str) and kind.isalnum() else kind,
        "contentInBase64": one.get("contentBytesBase64"),
    }


def _headers(document: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """Give the custom headers by name, and the importance as the field that mail has for it."""
    given, importance = document.get("headers"), document.get("importance")
    own = {"Importance": importance} if importance in ("high", "low") else {}
    if given is None:
        return own or None
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        return given if not isinstance(given, dict) else []
    return own | {_named(one): one.get("value") for one in given}


def _named(header: Mapping[str, Any]) -> str:
    """Give a header's name; what is none is a name that no header can have."""
    name = header.get("name")
    return name if isinstance(name, str) else ""
