"""What a client asks about reports with the parameters of DSN (RFC 3461 §4), and what of it a report heeds.

NOTIFY without FAILURE means that no report of a failure is wanted; RET=FULL that it holds the whole message; ENVID and
ORCPT come back in it. Reports of success or delay are not written: nothing is delivered here, and nothing waits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_XTEXT: Final = re.compile(r"(?:[!-*,-<>-~\u0080-\U0010ffff]|\+[0-9A-F]{2})+")  # beyond ASCII: RFC 6533 §3
_HEX: Final = re.compile(r"\+([0-9A-F]{2})")
_PRINTABLE: Final = re.compile(r"[ -~\u00a0-\U0010ffff]+")
_ADDRESS_TYPE: Final = re.compile(r"[A-Za-z0-9-]+")
_OCCASIONS: Final = frozenset({"SUCCESS", "FAILURE", "DELAY"})
_LONGEST_ENVELOPE_ID: Final = 100  # characters (RFC 3461 §4.4)
_LONGEST_ORIGINAL: Final = 500  # characters (RFC 3461 §4.2)


@dataclass(frozen=True, slots=True)
class MessageNotice:
    """What MAIL asked: whether a report holds the whole message, and the name that the sender gave its envelope."""

    in_full: bool = False
    envelope_id: str = ""


@dataclass(frozen=True, slots=True)
class RecipientNotice:
    """What RCPT asked: whether a failure is to be reported, and the recipient as the sender first wrote it.

    ``original`` is empty, or an address with its type (``rfc822;desk@fabrikam.com``).
    """

    of_failure: bool = True
    original: str = ""


UNASKED: Final = RecipientNotice()


def message_notice(parameters: Mapping[str, str]) -> MessageNotice | None:
    """Read RET and ENVID; None where one of them is malformed."""
    returned = parameters.get("RET", "HDRS").upper()
    envelope_id = _decoded(parameters["ENVID"], _LONGEST_ENVELOPE_ID) if "ENVID" in parameters else ""
    if returned not in {"FULL", "HDRS"} or envelope_id is None:
        return None
    return MessageNotice(returned == "FULL", envelope_id)


def recipient_notice(parameters: Mapping[str, str]) -> RecipientNotice | None:
    """Read NOTIFY and ORCPT; None where one of them is malformed."""
    occasions = parameters.get("NOTIFY", "FAILURE").upper().split(",")
    original = _original(parameters["ORCPT"]) if "ORCPT" in parameters else ""
    if not (occasions == ["NEVER"] or _OCCASIONS.issuperset(occasions)) or original is None:
        return None
    return RecipientNotice("FAILURE" in occasions, original)


def _original(value: str) -> str | None:
    kind, _, encoded = value.partition(";")
    address = _decoded(encoded, _LONGEST_ORIGINAL - len(kind) - 1)
    return f"{kind};{address}" if address is not None and _ADDRESS_TYPE.fullmatch(kind) else None


def _decoded(value: str, longest: int) -> str | None:
    """Undo xtext (RFC 3461 §4); None for what is none, is too long, or would break a line of the report."""
    if len(value) > longest or _XTEXT.fullmatch(value) is None:
        return None
    text = _HEX.sub(lambda found: chr(int(found[1], 16)), value)
    return text if _PRINTABLE.fullmatch(text) else None
