"""The message as it leaves: RFC 5322 and MIME, written from what the request said.

Law of this module: nothing that a client writes into a field reaches another field. Fields that the service writes
itself are not taken from a client's custom headers, but for Message-ID.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from relaylab.domain.clock import as_utc

if TYPE_CHECKING:
    from relaylab.domain.randomness import Random
    from relaylab.domain.rest_message import EmailAddress, EmailAttachment, EmailMessage

_READ_APART: Final = frozenset({"message-id"})  # taken from a custom header where it can be
_OWN: Final = frozenset(
    {
        "bcc",
        "cc",
        "date",
        "from",
        "message-id",
        "mime-version",
        "reply-to",
        "subject",
        "to",
    }
)
# Who sends is the service's to say, so whether it takes these over is a question (reading acs_sender_headers).
_OF_A_SENDER: Final = re.compile(r"sender|return-path|resent-.+", re.IGNORECASE)
_LINE: Final = "\r\n"
_WIDE: Final = 76  # RFC 2045 §6.8
_LONGEST: Final = 998  # RFC 5322 §2.1.1


def message_id_of(message: EmailMessage) -> str | None:
    """Give the Message-ID that the request asks for."""
    return next((value.strip() for name, value in message.headers if name.lower() == "message-id"), None)


def write_message(
    message: EmailMessage, *, message_id: str, now: datetime, chance: Random, takes_sender_headers: bool = True
) -> bytes:
    """Write the message; boundaries are drawn."""
    content_type, content = _body(message, chance)
    left_out = {
        "message-id",
        *(name.lower() for name in ignored_headers(message, takes_sender_headers=takes_sender_headers)),
    }
    lines = [
        _field("From", [str(message.sender_address)]),
        *_lists(message),
        _text_field("Subject", message.subject),
        f"Date: {format_datetime(as_utc(now))}",
        f"Message-ID: {message_id}",
        *(_text_field(name, value) for name, value in message.headers if name.lower() not in left_out),
        "MIME-Version: 1.0",
        *content_type,
    ]
    return _LINE.join([*lines, "", ""]).encode("utf-8") + content


def ignored_headers(message: EmailMessage, *, takes_sender_headers: bool) -> tuple[str, ...]:
    """Name the custom headers that are not taken over, since the service or the message has its own."""
    return tuple(
        name
        for name, _ in message.headers
        if (_is_own(name) and name.lower() not in _READ_APART)
        or (not takes_sender_headers and _OF_A_SENDER.fullmatch(name))
    )


def _is_own(name: str) -> bool:
    return name.lower() in _OWN or name.lower().startswith("content-")


def _lists(message: EmailMessage) -> Iterator[str]:
    for name, parties in (("To", message.to), ("Cc", message.cc), ("Reply-To", message.reply_to)):
        if parties:
            yield _field(name, [_shown(one) for one in parties])


def _shown(party: EmailAddress) -> str:
    name = _harmless(party.display_name).strip()
    if not name:
        return str(party.address)
    if not name.isascii():
        return f"{_encoded(name)} <{party.address}>"
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" <{party.address}>'


def _field(name: str, values: Iterable[str]) -> str:
    """Write a field of addresses, one a line."""
    return f"{name}: " + f",{_LINE} ".join(values)


def _text_field(name: str, value: str) -> str:
    text = _harmless(value)
    if not text.isascii() or len(text) + len(name) + 2 > _LONGEST:
        return f"{name}: {_encoded(text)}"
    return f"{name}: {text}"


def _encoded(text: str) -> str:
    """Write encoded words (RFC 2047), folded."""
    return Header(text, "utf-8", maxlinelen=_WIDE - 20).encode(linesep=_LINE)


def _harmless(text: str) -> str:
    """Leave out what could end a line."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _body(message: EmailMessage, chance: Random) -> tuple[list[str], bytes]:
    """Give the last header fields and the content: alternatives, inline images with the HTML, then attachments."""
    inline = [one for one in message.attachments if one.content_id is not None and message.html is not None]
    others = [one for one in message.attachments if one not in inline]
    parts = []
    if message.plain_text is not None:
        parts.append(_text_part("plain", message.plain_text))
    if message.html is not None:
        html = _text_part("html", message.html)
        parts.append(_several("related", [html, *map(_file_part, inline)], chance) if inline else html)
    body = parts[0] if len(parts) == 1 else _several("alternative", parts, chance)
    return _several("mixed", [body, *map(_file_part, others)], chance) if others else body


def _several(kind: str, parts: list[tuple[list[str], bytes]], chance: Random) -> tuple[list[str], bytes]:
    boundary = f"=_{chance.randbytes(12).hex()}"
    written = b"".join(
        f"--{boundary}{_LINE}".encode() + _LINE.join([*fields, "", ""]).encode("utf-8") + content + _LINE.encode()
        for fields, content in parts
    )
    return [f'Content-Type: multipart/{kind}; boundary="{boundary}"'], written + f"--{boundary}--{_LINE}".encode()


def _text_part(kind: str, text: str) -> tuple[list[str], bytes]:
    plain = "\n".join(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    quoted = binascii.b2a_qp(plain.encode("utf-8"), istext=True).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    fields = [f"Content-Type: text/{kind}; charset=utf-8", "Content-Transfer-Encoding: quoted-printable"]
    return fields, quoted + (b"" if quoted.endswith(b"\r\n") else b"\r\n")


def _file_part(one: EmailAttachment) -> tuple[list[str], bytes]:
    fields = [
        f"Content-Type: {one.content_type}",
        "Content-Transfer-Encoding: base64",
        f"Content-Disposition: {'inline' if one.content_id is not None else 'attachment'};{_file_name(one.name)}",
    ]
    if one.content_id is not None:
        fields.append(f"Content-ID: <{one.content_id.strip('<>')}>")
    return fields, base64.encodebytes(one.content).replace(b"\n", b"\r\n")


def _file_name(name: str) -> str:
    """Write the file name; what is not ASCII as RFC 2231 §4 has it."""
    if name.isascii():
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        return f' filename="{escaped}"'
    return f"{_LINE} filename*=utf-8''{quote(name, safe='')}"
