"""A message as the REST interface of Azure Communication Services Email takes it, read from JSON and found in order.

Names are those of the JSON in snake_case (fact ACS-REST-07).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relaylab.domain.address import Address


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """One party of a message: ``address``, and the ``display_name`` it is shown under ("" for none)."""

    address: Address
    display_name: str = ""


@dataclass(frozen=True, slots=True)
class EmailAttachment:
    """A file with a message: its MIME type, its octets, and the id by which HTML shows it inline (None: not inline)."""

    name: str
    content_type: str
    content: bytes
    content_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailMessage:
    """The body of a send request; ``plain_text`` and ``html`` are None where it has none.

    ``dropped`` names the properties that were left out because the request allowed it (fact ACS-REST-10),
    ``overlooked`` those that its API version does not have.
    """

    sender_address: Address
    subject: str
    plain_text: str | None = None
    html: str | None = None
    to: tuple[EmailAddress, ...] = ()
    cc: tuple[EmailAddress, ...] = ()
    bcc: tuple[EmailAddress, ...] = ()
    reply_to: tuple[EmailAddress, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    attachments: tuple[EmailAttachment, ...] = ()
    user_engagement_tracking_disabled: bool = False
    dropped: tuple[str, ...] = ()
    overlooked: tuple[str, ...] = ()

    @property
    def recipients(self) -> tuple[Address, ...]:
        """Every recipient once, in the order of to, cc and bcc."""
        return tuple(dict.fromkeys(one.address for one in (*self.to, *self.cc, *self.bcc)))


class FlawKind(StrEnum):
    """What is wrong with the body of a request."""

    NOT_JSON = "is no JSON object"
    PROPERTY = "is missing or has a value that it cannot have"
    ADDRESS = "is no e-mail address"
    NO_RECIPIENT = "names nobody to send to"
    CONTENT_ID = "is the content id of another attachment too"
    MESSAGE_ID = "is no Message-ID, or one that was used before"


@dataclass(frozen=True, slots=True)
class BodyFlaw:
    """The first thing that is wrong with a body: what, and at which property (``attachments[0].contentType``)."""

    kind: FlawKind
    at: str

    def __str__(self) -> str:
        """Say it in words."""
        return f"{self.at} {self.kind}"
