"""Whether a message has too many parts, by the lines that begin them: no part is parsed.

Law: a message that cannot have too many costs a look at its length or header, or one search for an octet; one that may,
three passes over it.
"""

from __future__ import annotations

import re
from typing import Final

from relaylab.rules import limits
from relaylab.session.head import header_block

# "boundary" and "Boundary" by one literal, which is found as fast as memory is read; nobody writes it otherwise.
_DECLARED: Final = re.compile(rb'oundary[ \t]*=[ \t]*(?:"([^"\r\n]{1,70})"|([^\s;"]{1,70}))')
_BEGINS: Final = b"\r\n--"
_SHORTEST: Final = len(_BEGINS) + 1  # octets of a line that begins a part
_DELIMITER: Final = re.compile(rb"\r\n--([^\r\n]{1,70}?)[ \t]*(?=\r\n)")  # RFC 2046 §5.1.1


def excessive_parts(content: bytes | bytearray, block: bytes | None = None) -> int:
    """Give the number of parts, the message itself included, where it is more than may be; else 0.

    ``block`` is the content's header block, where somebody has it.
    """
    if len(content) < limits.MIME_PARTS * _SHORTEST:
        return 0
    if b"multipart" not in (header_block(content) if block is None else block).lower():
        return 0
    if not _may_begin(content, limits.MIME_PARTS) or content.count(_BEGINS) < limits.MIME_PARTS:
        return 0
    declared = {quoted or bare for quoted, bare in _DECLARED.findall(content)}
    parts = 1 + sum(found[1] in declared for found in _DELIMITER.finditer(content))
    return parts if parts > limits.MIME_PARTS else 0


def _may_begin(content: bytes | bytearray, parts: int) -> bool:
    """Tell whether there are dashes enough to begin so many parts.

    A single octet is found as fast as memory is read, and base64 has no dash; counting a text of several octets takes
    longer than receiving them.
    """
    at = -len(_BEGINS)
    for _ in range(parts):
        at = content.find(b"-", at + len(_BEGINS))
        if at < 0:
            return False
    return True
