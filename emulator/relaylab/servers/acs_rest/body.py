"""From the JSON of a send request to the message, or to the first thing that is wrong with it (fact ACS-REST-07).

Properties that are not of the schema are passed over, but named; null is as good as absent where a property may be so.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, TypeVar

from relaylab.domain.address import Address
from relaylab.domain.rest_message import BodyFlaw, EmailAddress, EmailAttachment, EmailMessage, FlawKind
from relaylab.servers.acs_rest.overlooked import BEFORE_INLINE, IN_THE_FIRST_PREVIEW, WITH_INLINE, overlooked

T = TypeVar("T")
_CONTENT_TYPE: Final = re.compile(
    r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(?:\s*;\s*[A-Za-z0-9!#$&^_.+-]+=(?:\"[^\"\r\n]*\"|[^\s;\"]+))*"
)  # RFC 2045 §5.1
_HEADER_NAME: Final = re.compile(r"[!-9;-~]+")  # RFC 5322 §2.2
_MESSAGE_ID: Final = re.compile(r"<[^<>@\s]+@[^<>@\s]+>")  # RFC 5322 §3.6.4, without its obsolete forms
_LONGEST_NAME: Final = 256
_DEEPEST: Final = 40  # of brackets in the JSON; the schema needs four
# Reserved headers, which are read and never sent (fact ACS-REST-10).
_IGNORE_DUPLICATES: Final = "x-ms-acsemail-ignore-duplicate-content-id"
_SUPPRESS_INVALID: Final = "x-ms-acsemail-suppress-invalid-attachment"
_VALIDATE_MESSAGE_ID: Final = "x-ms-acsemail-validate-message-id"
_RESERVED: Final = frozenset({_IGNORE_DUPLICATES, _SUPPRESS_INVALID, _VALIDATE_MESSAGE_ID})


class _Flawed(Exception):  # noqa: N818 - it never leaves this module
    """Something is wrong with the body."""

    def __init__(self, kind: FlawKind, at: str) -> None:
        super().__init__(at)
        self.flaw = BodyFlaw(kind, at)


def read_body(
    raw: bytes | bytearray,
    *,
    knows_content_id: bool,
    is_used: Callable[[str], bool] = lambda _: False,
    translate: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None,
) -> EmailMessage | BodyFlaw:
    """Read the body of a send request.

    ``knows_content_id`` tells whether the API version has inline attachments (fact ACS-REST-05); ``is_used`` whether a
    Message-ID was sent before. ``translate`` writes a body of the first preview in the words of the later versions.
    """
    known = IN_THE_FIRST_PREVIEW if translate else WITH_INLINE if knows_content_id else BEFORE_INLINE
    try:
        document = _parsed(raw)
        read = _message(
            translate(document) if translate else document, knows_content_id=knows_content_id, is_used=is_used
        )
    except _Flawed as flawed:
        return flawed.flaw
    return replace(read, overlooked=overlooked(document, known))


def _parsed(raw: bytes | bytearray) -> Mapping[str, Any]:
    try:
        text = bytes(raw).decode("utf-8-sig")
        document = json.loads(text, parse_constant=_no_constant)
        _no_lone_surrogates(document)
    except (ValueError, RecursionError):
        raise _Flawed(FlawKind.NOT_JSON, "body") from None
    if not isinstance(document, dict):
        raise _Flawed(FlawKind.NOT_JSON, "body")
    return document


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON (RFC 8259 §6)")


def _no_lone_surrogates(value: object, depth: int = 0) -> None:
    """Raise ValueError where a text holds half a character, which no message can carry."""
    match value:
        case str():
            value.encode("utf-8")
        case dict() | list() if depth >= _DEEPEST:
            raise ValueError("too deep")
        case dict():
            for name, one in value.items():
                name.encode("utf-8")
                _no_lone_surrogates(one, depth + 1)
        case list():
            for one in value:
                _no_lone_surrogates(one, depth + 1)


def _message(document: Mapping[str, Any], *, knows_content_id: bool, is_used: Callable[[str], bool]) -> EmailMessage:
    sender = _address(_text(document, "senderAddress", ""), "senderAddress")
    content = _table(document, "content")
    subject = _text(content, "subject", "content.")
    plain_text, html = (_optional_text(content, name, "content.") for name in ("plainText", "html"))
    if plain_text is None and html is None:
        raise _Flawed(FlawKind.PROPERTY, "content.plainText")
    recipients = _table(document, "recipients")
    if not isinstance(recipients.get("to"), list):
        raise _Flawed(FlawKind.PROPERTY, "recipients.to")
    to, cc, bcc = (tuple(_parties(recipients, name, "recipients.")) for name in ("to", "cc", "bcc"))
    if not (to or cc or bcc):
        raise _Flawed(FlawKind.NO_RECIPIENT, "recipients.to")
    headers = dict(_headers(document))
    flags = {name.lower(): value.strip().lower() == "true" for name, value in headers.items()}
    attachments, dropped = _attachments(document, flags, knows_content_id=knows_content_id)
    own, replaced = _own_headers(headers, is_used, validates=flags.get(_VALIDATE_MESSAGE_ID, False))
    return EmailMessage(
        sender_address=sender,
        subject=subject,
        plain_text=plain_text,
        html=html,
        to=to,
        cc=cc,
        bcc=bcc,
        reply_to=tuple(_parties(document, "replyTo", "")),
        headers=own,
        attachments=attachments,
        user_engagement_tracking_disabled=_boolean(document, "userEngagementTrackingDisabled"),
        dropped=(*dropped, *replaced),
    )


def _table(above: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = above.get(name)
    if not isinstance(found, dict):
        raise _Flawed(FlawKind.PROPERTY, name)
    return found


def _text(above: Mapping[str, Any], name: str, at: str) -> str:
    found = above.get(name)
    if not isinstance(found, str):
        raise _Flawed(FlawKind.PROPERTY, f"{at}{name}")
    return found


def _optional_text(above: Mapping[str, Any], name: str, at: str) -> str | None:
    return None if above.get(name) is None else _text(above, name, at)


def _boolean(above: Mapping[str, Any], name: str) -> bool:
    found = above.get(name)
    if found is not None and not isinstance(found, bool):
        raise _Flawed(FlawKind.PROPERTY, name)
    return bool(found)


def _list(above: Mapping[str, Any], name: str, at: str) -> list[Any]:
    found = above.get(name)
    if found is None:
        return []
    if not isinstance(found, list):
        raise _Flawed(FlawKind.PROPERTY, f"{at}{name}")
    return found


def _parties(above: Mapping[str, Any], name: str, at: str) -> Iterator[EmailAddress]:
    for number, one in enumerate(_list(above, name, at)):
        where = f"{at}{name}[{number}]"
        if not isinstance(one, dict):
            raise _Flawed(FlawKind.PROPERTY, where)
        address = _address(_text(one, "address", f"{where}."), f"{where}.address")
        yield EmailAddress(address, _optional_text(one, "displayName", f"{where}.") or "")


def _address(text: str, at: str) -> Address:
    try:
        address = Address.parse(text)
    except ValueError:
        raise _Flawed(FlawKind.ADDRESS, at) from None
    if not text.isprintable() or "." not in address.domain.name:
        raise _Flawed(FlawKind.ADDRESS, at)
    return address


def _headers(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    found = document.get("headers")
    if found is None:
        return
    if not isinstance(found, dict):
        raise _Flawed(FlawKind.PROPERTY, "headers")
    for name, value in found.items():
        if not _HEADER_NAME.fullmatch(name) or not isinstance(value, str) or not _fits_a_header(value):
            raise _Flawed(FlawKind.PROPERTY, f"headers['{name[:_LONGEST_NAME]}']")
        yield name, value


def _own_headers(
    headers: Mapping[str, str], is_used: Callable[[str], bool], *, validates: bool
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Give the headers to send, and the Message-ID that is replaced because it cannot be used (fact ACS-REST-10)."""
    own, replaced = [], []
    for name, value in headers.items():
        if name.lower() in _RESERVED:
            continue
        if name.lower() == "message-id" and (not _MESSAGE_ID.fullmatch(value.strip()) or is_used(value.strip())):
            if validates:
                raise _Flawed(FlawKind.MESSAGE_ID, f"headers['{name}']")
            replaced.append(f"headers['{name}']")
            continue
        own.append((name, value))
    return tuple(own), tuple(replaced)


def _fits_a_header(value: str) -> bool:
    return not any(letter in value for letter in "\r\n\0")


def _attachments(
    document: Mapping[str, Any], flags: Mapping[str, bool], *, knows_content_id: bool
) -> tuple[tuple[EmailAttachment, ...], tuple[str, ...]]:
    """Give the attachments, and the places of those that were dropped because the request allows it."""
    kept: list[EmailAttachment] = []
    dropped: list[str] = []
    seen: set[str] = set()
    for number, one in enumerate(_list(document, "attachments", "")):
        where = f"attachments[{number}]"
        try:
            attachment = _attachment(one, where, knows_content_id=knows_content_id)
        except _Flawed:
            if not flags.get(_SUPPRESS_INVALID, False):
                raise
            dropped.append(where)
            continue
        if attachment.content_id is not None:
            if attachment.content_id in seen and not flags.get(_IGNORE_DUPLICATES, False):
                raise _Flawed(FlawKind.CONTENT_ID, f"{where}.contentId")
            seen.add(attachment.content_id)
        kept.append(attachment)
    return tuple(kept), tuple(dropped)


def _attachment(one: object, where: str, *, knows_content_id: bool) -> EmailAttachment:
    if not isinstance(one, dict):
        raise _Flawed(FlawKind.PROPERTY, where)
    name, content_type = (_text(one, key, f"{where}.") for key in ("name", "contentType"))
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise _Flawed(FlawKind.PROPERTY, f"{where}.name")
    if not _CONTENT_TYPE.fullmatch(content_type) or not content_type.isascii():
        raise _Flawed(FlawKind.PROPERTY, f"{where}.contentType")
    try:
        content = base64.b64decode(_text(one, "contentInBase64", f"{where}."), validate=True)
    except (binascii.Error, ValueError):
        raise _Flawed(FlawKind.PROPERTY, f"{where}.contentInBase64") from None
    content_id = _optional_text(one, "contentId", f"{where}.") if knows_content_id else None
    if content_id is not None and (not content_id or not content_id.isprintable() or not content_id.isascii()):
        raise _Flawed(FlawKind.PROPERTY, f"{where}.contentId")
    return EmailAttachment(name, content_type, content, content_id or None)
