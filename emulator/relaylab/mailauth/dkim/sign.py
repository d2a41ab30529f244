"""Signing as Exchange Online signs what it relays: relaxed/relaxed, six fields and its own mark (fact MX-HDR-11)."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import TYPE_CHECKING, Final

from relaylab.mailauth.dkim.canonical import Form, canonical_body
from relaylab.mailauth.dkim.verify import signed_header
from relaylab.mailauth.fields import split_message
from relaylab.mailauth.folding import fold

if TYPE_CHECKING:
    from relaylab.mailauth.dkim.keys import SigningKey
    from relaylab.mailauth.fields import SplitMessage

SIGNED_FIELDS: Final = (
    "From",
    "Date",
    "Subject",
    "Message-ID",
    "Content-Type",
    "MIME-Version",
    "X-MS-Exchange-SenderADCheck",
)


def sign(content: bytes | bytearray, key: SigningKey, names: tuple[str, ...] = SIGNED_FIELDS) -> str:
    """Give the DKIM-Signature field for a message, without line end; fields that the message lacks are not named."""
    message = split_message(content)
    tags = f"v=1; a={key.algorithm}; c=relaxed/relaxed; d={key.domain}; s={key.selector}"
    return signed_field("DKIM-Signature", tags, message, key, present(message, names))


def signed_field(name: str, tags: str, message: SplitMessage, key: SigningKey, names: tuple[str, ...]) -> str:
    """Give a field that signs the named fields and the body, both in relaxed form."""
    body_hash = hashlib.sha256(canonical_body(message.body, Form.RELAXED)).digest()
    unsigned = f"{tags}; h={':'.join(names)}; bh={b64encode(body_hash).decode()}; b="
    lower = tuple(one.lower() for one in names)
    signed = signed_header(message.fields, lower, Form.RELAXED, f"{name}: {unsigned}".encode())
    return fold(name, unsigned + b64encode(key.sign(signed)).decode())


def present(message: SplitMessage, names: tuple[str, ...]) -> tuple[str, ...]:
    """Give the names that a message has fields of."""
    held = {field.name for field in message.fields}
    return tuple(name for name in names if name.lower() in held)
