"""Domain names as sender authentication compares them: in lower case, in ASCII, without a final dot."""

from __future__ import annotations


def ascii_name(name: str) -> str | None:
    """Give a name with every label as an A-label (RFC 5890 §2.3.2.1), or None when it is no domain name."""
    bare = name.removesuffix(".")
    if bare.isascii():
        return bare.lower() or None
    try:
        return bare.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
