"""The domains that a message says it is from: those of every mailbox in every From field.

Law of this module: nothing that stands in a From field raises.
"""

from __future__ import annotations

import re
from email.utils import getaddresses
from typing import TYPE_CHECKING, Final

from relaylab.mailauth.fields import split_message
from relaylab.mailauth.names import ascii_name

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST: Final = 4_096  # characters of a field that are looked at
_MOST: Final = 262_144  # octets in which a header block is looked for
_FROM: Final = re.compile(rb"^from[ \t]*:[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*", re.IGNORECASE | re.MULTILINE)
_SIGNED: Final = re.compile(rb"^dkim-signature[ \t]*:", re.IGNORECASE | re.MULTILINE)
_BARE_LF: Final = re.compile(rb"(?<!\r)\n")
_NAME: Final = re.compile(r"[a-z0-9_\-]+(?:\.[a-z0-9_\-]+)*")


def author_domains(content: bytes | bytearray) -> tuple[str, ...]:
    """Give each author domain once, in lower-case ASCII, in the order of the addresses (RFC 7489 §3.1.1).

    A bare LF ends a line here, as for everybody who reads a header: curl, for one, sends a file as it lies there. What
    signatures cover is another matter; there an octet is an octet.
    """
    head = _BARE_LF.sub(b"\r\n", bytes(content[:_MOST]))
    fields = split_message(head).named("from")
    return tuple(dict.fromkeys(domain for field in fields for domain in _domains(field.value)))


def unsigned_authors(block: bytes) -> tuple[bytes, ...] | None:
    """Give the From fields of a header block as they stand: of a message without a signature, all that names authors.

    None for a signed message, and for a block with line ends that not every reader takes for one.
    """
    ends = block.count(b"\r\n")
    if len(block) >= _MOST or not ends == block.count(b"\n") == block.count(b"\r"):
        return None
    lines = b"\n" + block.lower()  # in which a plain search finds the few places that an expression would try each for
    if b"\ndkim-signature" in lines and _SIGNED.search(block):
        return None
    return tuple(_from_fields(block, lines))


def _from_fields(block: bytes, lines: bytes) -> Iterator[bytes]:
    at = lines.find(b"\nfrom")
    while at >= 0:
        field = _FROM.match(block, at)
        if field is not None:
            yield field[0]
        at = lines.find(b"\nfrom", at + 1)


def _domains(value: bytes) -> Iterator[str]:
    text = " ".join(value[:_LONGEST].decode("utf-8", "replace").split())
    try:
        found = getaddresses([text])
    except (RecursionError, ValueError):  # comments within comments within comments
        return
    for _, address in found:
        _, at, domain = address.rpartition("@")
        name = ascii_name(domain.strip()) if at else None
        if name is not None and _NAME.fullmatch(name):
            yield name
