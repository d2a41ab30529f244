"""Which properties of a body nobody reads: those that its API version does not have (facts ACS-REST-05, ACS-REST-07).

Nothing is refused for them, so a slip of the pen is seen by their names alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from types import MappingProxyType
from typing import Any, Final

from relaylab.domain.entra import shown

Known = Mapping[str, "Known"]

_MOST: Final = 10  # names that are told; a body of ten megabytes has room for a million

_VALUE: Final[Known] = MappingProxyType({})
_CONTENT: Final[Known] = dict.fromkeys(("subject", "plainText", "html"), _VALUE)
_PARTY: Final[Known] = dict.fromkeys(("address", "displayName"), _VALUE)
_ATTACHMENT: Final[Known] = dict.fromkeys(("name", "contentType", "contentInBase64"), _VALUE)
_MESSAGE: Final[Known] = {
    "senderAddress": _VALUE,
    "content": _CONTENT,
    "recipients": dict.fromkeys(("to", "cc", "bcc"), _PARTY),
    "replyTo": _PARTY,
    "headers": _VALUE,
    "userEngagementTrackingDisabled": _VALUE,
}
BEFORE_INLINE: Final[Known] = {**_MESSAGE, "attachments": _ATTACHMENT}
WITH_INLINE: Final[Known] = {**_MESSAGE, "attachments": {**_ATTACHMENT, "contentId": _VALUE}}
_FIRST_PARTY: Final[Known] = dict.fromkeys(("email", "displayName"), _VALUE)
IN_THE_FIRST_PREVIEW: Final[Known] = {
    "sender": _VALUE,
    "senderEmail": _VALUE,
    "content": _CONTENT,
    "importance": _VALUE,
    "recipients": dict.fromkeys(("to", "CC", "cc", "bCC", "bcc"), _FIRST_PARTY),
    "replyTo": _FIRST_PARTY,
    "attachments": dict.fromkeys(("name", "attachmentType", "contentBytesBase64"), _VALUE),
    "headers": dict.fromkeys(("name", "value"), _VALUE),
    "disableUserEngagementTracking": _VALUE,
}


def overlooked(document: Mapping[str, Any], known: Known) -> tuple[str, ...]:
    """Name the properties that are not known, the first few of them, as ``attachments[0].contentId``."""
    return tuple(islice(_unknown(document, known, ""), _MOST))


def _unknown(value: object, known: Known, at: str) -> Iterator[str]:
    """Look into objects, and into each object of a list; below a value nothing is looked at."""
    if isinstance(value, list):
        for number, one in enumerate(value):
            if isinstance(one, dict):
                yield from _unknown(one, known, f"{at}[{number}]")
        return
    if not isinstance(value, dict) or not known:
        return
    for name, one in value.items():
        where = f"{at}.{name}" if at else name
        if name not in known:
            yield shown(where)
        elif known[name]:
            yield from _unknown(one, known[name], where)
