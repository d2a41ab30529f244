"""Canonical forms of header fields and bodies (RFC 6376 §3.4), in time linear in their length."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

_WHITE: Final = re.compile(rb"[ \t]+")
_EMPTY_LINES_BACKWARDS: Final = re.compile(rb"(?:\n\r)*")


class Form(StrEnum):
    """How much may change on the way without breaking the signature."""

    SIMPLE = "simple"
    RELAXED = "relaxed"


def canonical_field(raw: bytes, form: Form) -> bytes:
    """Give a field without its line end in canonical form, likewise without line end."""
    match form:
        case Form.SIMPLE:
            return raw
        case Form.RELAXED:
            name, _, value = raw.partition(b":")
            unfolded = _WHITE.sub(b" ", value.replace(b"\r\n", b""))
            return name.rstrip(b" \t").lower() + b":" + unfolded.strip(b" \t")


def canonical_body(body: bytes, form: Form) -> bytes:
    """Give a body in canonical form."""
    if form is Form.RELAXED:
        # Runs shrink to one space first: what is left at a line end is then one octet, found without going back.
        body = _WHITE.sub(b" ", body).replace(b" \r\n", b"\r\n").removesuffix(b" ")
    body = _without_empty_lines_at_the_end(body)
    if body:
        return body + b"\r\n"
    return b"" if form is Form.RELAXED else b"\r\n"


def _without_empty_lines_at_the_end(body: bytes) -> bytes:
    tail = body[len(body.rstrip(b"\r\n")) :]
    line_ends = _EMPTY_LINES_BACKWARDS.match(tail[::-1])
    return body[: len(body) - (line_ends.end() if line_ends else 0)]
