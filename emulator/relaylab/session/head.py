"""The head of a message: the header block alone is parsed, the body stays octets."""

from __future__ import annotations

from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from typing import Final

from relaylab.domain.address import Address
from relaylab.domain.message import MessageHead

_MOST: Final = 262_144  # octets of header that are looked at; on-premises Exchange allows 256 KB (CS-TO-03)


def parse_head(content: bytes | bytearray) -> MessageHead:
    """Read From, Subject and Message-ID; what cannot be read is left out, nothing is raised."""
    end = content.find(b"\r\n\r\n", 0, _MOST)
    block = bytes(content[: end + 2 if end >= 0 else _MOST])
    fields = BytesHeaderParser().parsebytes(block)
    message_id = fields.get("Message-ID")
    sender = fields.get("From")
    return MessageHead(
        from_address=_first_address(str(sender)) if sender is not None else None,
        has_from=sender is not None,
        subject=_text(fields.get("Subject")),
        message_id="".join(str(message_id).split()) or None if message_id is not None else None,
    )


def _first_address(value: str) -> Address | None:
    for _, address in getaddresses([" ".join(value.split())]):
        try:
            return Address.parse(address)
        except ValueError:
            continue
    return None


def _text(value: object) -> str | None:
    if value is None:
        return None
    unfolded = "".join(str(value).splitlines())
    try:
        return str(make_header(decode_header(unfolded)))
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        return unfolded
