"""An accepted message: envelope, the head of its header block, and where each copy went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relaylab.domain.address import Address
    from relaylab.domain.decision import Decision
    from relaylab.domain.endpoint import Endpoint


class Placement(StrEnum):
    """Where a copy of an accepted message went."""

    INBOX = "inbox"
    JUNK = "junk"
    QUARANTINE = "quarantine"
    OUTSIDE = "outside"  # handed to the world outside the tenants; kept here, never delivered
    NONE = "none"  # it came back; a report says so, unless the sender wanted none or gave no address


@dataclass(frozen=True, slots=True)
class MessageHead:
    """What the service reads of the header block; a missing field is None.

    ``from_address`` is the first mailbox of ``From:``; ``has_from`` tells a missing field from an unreadable one.
    ``hops`` counts the ``Received:`` fields.
    """

    from_address: Address | None = None
    has_from: bool = False
    subject: str | None = None
    message_id: str | None = None  # with its angle brackets
    hops: int = 0
    has_reply_to: bool = False


@dataclass(frozen=True, slots=True)
class Envelope:
    """MAIL FROM and RCPT TO; ``mail_from`` is None for the empty reverse path (RFC 5321 §4.5.5)."""

    mail_from: Address | None
    recipients: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class Copy:
    """One recipient's copy: for whom, through which recipient of the envelope it came, and where it was placed.

    ``decision`` is the verdict on a copy that bounced, None on one that was placed by default.
    """

    recipient: Address
    through: Address
    placed: Placement
    decision: Decision | None = None

    @property
    def rule(self) -> str | None:
        """The rule that made this copy bounce."""
        return self.decision.rule if self.decision else None

    @property
    def reply(self) -> str | None:
        """The status line that the non-delivery report gives for this copy."""
        return self.decision.reply.line if self.decision and self.decision.reply else None


class Hop(StrEnum):
    """Who judges a sender (fact COR-03)."""

    ARRIVAL = "arrival"  # the service, which sees the client's address
    FAR_END = "far_end"  # the outside recipient, who sees the service's


@dataclass(frozen=True, slots=True, kw_only=True)
class HopFacts:
    """What one judge makes of a message: the results in the words of header fields, and why.

    ``ip`` is the address that the judge sees; ``dkim`` has one ``result d=domain`` a signature; ``compauth`` is empty
    where there is no composite.
    """

    hop: Hop
    ip: str
    spf: str
    dkim: tuple[str, ...]
    dmarc: str
    compauth: str = ""
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMessage:
    """A message the emulator took responsibility for; ``raw`` is what the client sent, octet for octet.

    ``shown_from`` is the sender that recipients see: for client submission the primary address of the mailbox when an
    alias was used and the tenant does not allow sending from aliases (fact CS-SA-07). ``headers`` are the fields that
    the service puts above those in ``raw``, folded with CRLF; ``authentication`` says who thinks what of the sender.
    """

    id: str
    endpoint: Endpoint
    tenant: str | None
    site: str | None
    session: str
    accepted_at: datetime
    delivered_at: datetime
    envelope: Envelope
    shown_from: str
    head: MessageHead
    size: int
    raw: bytes | bytearray
    copies: tuple[Copy, ...]
    decision: Decision | None  # None for a report that the service itself wrote
    report_of: str | None = None  # the id of the message that a non-delivery report is about
    headers: tuple[str, ...] = ()
    authentication: tuple[HopFacts, ...] = ()
