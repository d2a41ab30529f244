"""Domain names as sender authentication compares them: in lower case, in ASCII, without a final dot."""

from __future__ import annotations

from typing import Final

_LONGEST_LABEL: Final = 63  # RFC 1035 §2.3.4
_LONGEST_NAME: Final = 253


def ascii_name(name: str) -> str | None:
    """Give a name with every label as an A-label (RFC 5890 §2.3.2.1), or None when it is no domain name."""
    bare = name.removesuffix(".")
    if bare.isascii():
        return bare.lower() or None
    try:
        return bare.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None


def is_askable(name: str) -> bool:
    """Tell whether DNS can be asked for a name at all; nothing is known of one that cannot be."""
    labels = name.removesuffix(".").split(".")
    return len(name) <= _LONGEST_NAME and name.isascii() and all(0 < len(label) <= _LONGEST_LABEL for label in labels)
