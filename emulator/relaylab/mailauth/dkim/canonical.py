"""Canonical forms of header fields and bodies (RFC 6376 §3.4).

Law of this module: time grows with the length of what is read and not with its square, and memory stays within a few
copies of it; a body may have 150 MB, and whoever sends it chooses every octet.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

_EMPTY_LINES_BACKWARDS: Final = re.compile(rb"(?:\n\r)*+")  # possessive: nothing to go back to is kept


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
            unfolded = _squeezed(value.replace(b"\r\n", b""))
            return name.rstrip(b" \t").lower() + b":" + unfolded.strip(b" \t")


def canonical_body(body: bytes, form: Form) -> bytes:
    """Give a body in canonical form."""
    if form is Form.RELAXED:
        # Runs shrink to one space first: what is left at a line end is then one octet, found without going back.
        body = _squeezed(body).replace(b" \r\n", b"\r\n").removesuffix(b" ")
    body = _without_empty_lines_at_the_end(body)
    if body:
        return body + b"\r\n"
    return b"" if form is Form.RELAXED else b"\r\n"


def _squeezed(octets: bytes) -> bytes:
    """Give octets with every run of spaces and tabs as one space; a pass halves each run that is left."""
    octets = octets.replace(b"\t", b" ")
    while b"  " in octets:
        octets = octets.replace(b"  ", b" ")
    return octets


def _without_empty_lines_at_the_end(body: bytes) -> bytes:
    tail = body[len(body.rstrip(b"\r\n")) :]
    line_ends = _EMPTY_LINES_BACKWARDS.match(tail[::-1])
    return body[: len(body) - (line_ends.end() if line_ends else 0)]
