"""Tag lists: the ``name=value;`` texts of signatures, key records and DMARC records (RFC 6376 §3.2)."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error
from typing import Final

_TAG: Final = re.compile(r"\s*([A-Za-z][A-Za-z0-9_]*)\s*=\s*([\x21-\x7e\s]*?)\s*", re.ASCII)
_WHITE: Final = re.compile(r"\s+", re.ASCII)


class TagError(ValueError):
    """A text that is no tag list, or a tag whose value cannot be read."""


def parse_tags(text: str) -> dict[str, str]:
    """Read a tag list; a tag that stands twice is an error, an empty end is not."""
    tags: dict[str, str] = {}
    specs = text.split(";")
    if not specs[-1].strip():
        specs.pop()
    for spec in specs:
        found = _TAG.fullmatch(spec.rstrip())
        if found is None:
            raise TagError(f"{spec.strip()[:40]!r} is not a tag and its value")
        if found[1] in tags:
            raise TagError(f"the tag {found[1]}= stands twice")
        tags[found[1]] = found[2]
    return tags


def from_base64(text: str) -> bytes:
    """Read base64 with folding in it."""
    try:
        return b64decode(_WHITE.sub("", text), validate=True)
    except (Base64Error, ValueError):
        raise TagError("not base64") from None


def from_list(text: str) -> tuple[str, ...]:
    """Read a colon-separated list with white space in it."""
    return tuple(_WHITE.sub("", part) for part in text.split(":"))


def from_digits(text: str) -> int:
    """Read a decimal number of at most twelve digits (RFC 6376 §3.5, t=)."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 76):
        raise TagError(f"{text[:20]!r} is not a number")
    return int(text)
