"""The attachments of a message, found by their places in it and decoded piece by piece.

Nothing is copied but header blocks and the piece at hand, so that a message of 150 MB costs no more than itself. What a
client sent may be broken in every way: a part that is never closed ends with its message, a boundary that never comes
leaves no part, and what is no base64 is left out of what is decoded.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from typing import Final

PIECE: Final = 65_536  # octets of the message that are decoded at a time

_HEAD: Final = 65_536  # octets of a header block that are read
_DEEPEST: Final = 50  # multiparts within multiparts
_END_OF_HEAD: Final = re.compile(rb"\r?\n\r?\n")
_NO_BASE64: Final = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
_MEDIA_TYPE: Final = re.compile(r"[a-z0-9!#$&^_.+-]{1,80}/[a-z0-9!#$&^_.+-]{1,80}")
_BODIES: Final = frozenset({"text/plain", "text/html"})


@dataclass(frozen=True, slots=True)
class Attachment:
    """One attachment: its place in the message, counted from 1, and what its own header block says of it.

    ``name`` is the file name, None without one. ``begin`` and ``end`` are where its content stands in the message, as
    ``encoding`` has it.
    """

    number: int
    name: str | None
    content_type: str
    content_id: str | None
    is_inline: bool
    encoding: str
    begin: int
    end: int


def attachments_of(raw: bytes | bytearray) -> list[Attachment]:
    """Find the attachments: every part that is not the text of the message itself."""
    found: list[Attachment] = []
    for head, begin, end in _leaves(raw, 0, len(raw), _DEEPEST):
        content_type, name = head.get_content_type().lower(), _name(head)
        disposition = head.get_content_disposition()
        if content_type in _BODIES and name is None and disposition != "attachment":
            continue
        found.append(
            Attachment(
                number=len(found) + 1,
                name=name,
                content_type=content_type if _MEDIA_TYPE.fullmatch(content_type) else "application/octet-stream",
                content_id=_text(head.get("Content-ID")),
                is_inline=disposition == "inline",
                encoding=(_text(head.get("Content-Transfer-Encoding")) or "7bit").strip().lower(),
                begin=begin,
                end=end,
            )
        )
    return found


def decoded(raw: bytes | bytearray, attachment: Attachment) -> Iterator[bytes]:
    """Give the content of an attachment in pieces; an encoding that is not known is left as it is."""
    view = memoryview(raw)[attachment.begin : attachment.end]
    pieces = (bytes(view[at : at + PIECE]) for at in range(0, len(view), PIECE))
    match attachment.encoding:
        case "base64":
            yield from _from_base64(pieces)
        case "quoted-printable":
            yield from _from_quoted_printable(pieces)
        case _:
            yield from pieces


def _leaves(raw: bytes | bytearray, begin: int, end: int, depth: int) -> Iterator[tuple[Message, int, int]]:
    """Give the header block of every part that is no multipart, and where its content stands."""
    head, body = _head(raw, begin, end)
    boundary = head.get_boundary() if head.get_content_maintype() == "multipart" else None
    if boundary and depth:
        for first, last in _parts(raw, body, end, boundary):
            yield from _leaves(raw, first, last, depth - 1)
    elif head.get_content_maintype() != "multipart":
        yield head, body, end


def _head(raw: bytes | bytearray, begin: int, end: int) -> tuple[Message, int]:
    """Read a header block, and give where the content behind it begins."""
    if raw[begin : begin + 1] == b"\n" or raw[begin : begin + 2] == b"\r\n":
        return Message(), min(end, begin + (1 if raw[begin : begin + 1] == b"\n" else 2))
    blank = _END_OF_HEAD.search(raw, begin, end)
    stop, body = (blank.start(), blank.end()) if blank else (end, end)
    return BytesHeaderParser().parsebytes(bytes(raw[begin : min(stop, begin + _HEAD)])), body


def _parts(raw: bytes | bytearray, begin: int, end: int, boundary: str) -> Iterator[tuple[int, int]]:
    """Give where each part of a multipart stands, without the line break before its boundary (RFC 2046 §5.1.1)."""
    line = re.compile(
        rb"(?:^|(?<=\n))--" + re.escape(boundary.encode("ascii", "surrogateescape")) + rb"(--)?[ \t]*(?:\r?\n|\Z)"
    )
    first: int | None = None
    for found in line.finditer(raw, begin, end):
        if first is not None:
            yield first, max(first, _without_line_break(raw, found.start()))
        if found[1]:
            return
        first = found.end()
    if first is not None:
        yield first, end


def _without_line_break(raw: bytes | bytearray, at: int) -> int:
    if raw[at - 2 : at] == b"\r\n":
        return at - 2
    return at - 1 if raw[at - 1 : at] == b"\n" else at


def _from_base64(pieces: Iterator[bytes]) -> Iterator[bytes]:
    left = b""
    for piece in pieces:
        letters = left + piece.translate(None, _NO_BASE64)
        whole = len(letters) // 4 * 4
        left = letters[whole:]
        yield binascii.a2b_base64(letters[:whole])
    if len(left) > 1:
        yield binascii.a2b_base64(left + b"=" * (4 - len(left)))


def _from_quoted_printable(pieces: Iterator[bytes]) -> Iterator[bytes]:
    left = b""
    for piece in pieces:
        octets = left + piece
        sign = octets.rfind(b"=", max(0, len(octets) - 2))  # never cut within =XX, nor within a soft line break
        cut = octets.rfind(b"\n") + 1 or (sign if sign >= 0 else len(octets))
        left = octets[cut:]
        yield binascii.a2b_qp(octets[:cut])
    yield binascii.a2b_qp(left)


def _name(head: Message) -> str | None:
    """Give the file name, decoded also where a client used encoded words for it, as many do (against RFC 2047 §5)."""
    try:
        name = head.get_filename()
    except (UnicodeError, LookupError, ValueError):
        return None
    return _text(name) or None


def _text(value: object) -> str | None:
    if value is None:
        return None
    try:
        return str(make_header(decode_header(str(value))))
    except (HeaderParseError, UnicodeError, LookupError, ValueError):
        return str(value)
