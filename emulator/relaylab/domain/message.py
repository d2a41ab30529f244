"""An accepted message: envelope, the head of its header block, and where each copy went."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Self, TypeVarTuple

from relaylab.domain.implied import Implied
from relaylab.domain.noun import noun

if TYPE_CHECKING:
    from relaylab.domain.acs_asks import DeliveryStatus
    from relaylab.domain.address import Address
    from relaylab.domain.decision import Decision
    from relaylab.domain.endpoint import Endpoint

Ts = TypeVarTuple("Ts")


class Placement(StrEnum):
    """Where a copy of an accepted message went."""

    INBOX = "inbox"
    JUNK = "junk"
    QUARANTINE = "quarantine"
    OUTSIDE = "outside"  # handed to the world outside the tenants; kept here, never delivered
    NONE = "none"  # it came back; a report says so, unless the sender wanted none or gave no address


@noun()
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


@noun()
class Envelope:
    """MAIL FROM and RCPT TO; ``mail_from`` is None for the empty reverse path (RFC 5321 §4.5.5)."""

    mail_from: Address | None
    recipients: tuple[Address, ...]


@noun()
class Copy:
    """One recipient's copy: for whom, through which recipient of the envelope it came, and where it was placed.

    ``decision`` is the verdict on a copy that bounced or that a policy placed, None on one that was placed by default.
    """

    recipient: Address
    through: Address
    placed: Placement
    decision: Decision | None = None

    @property
    def is_placed(self) -> bool:
        """True unless it came back."""
        return self.placed is not Placement.NONE

    @property
    def rule(self) -> str | None:
        """The rule that made this copy bounce, or placed it."""
        return self.decision.rule if self.decision else None

    @property
    def reply(self) -> str | None:
        """The status line that the non-delivery report gives for this copy."""
        return self.decision.reply.line if self.decision and self.decision.reply else None


@noun()
class Fate:
    """What a delivery report says of one recipient of the envelope, and how the recipient's side put it."""

    recipient: Address
    status: DeliveryStatus
    said: str


class Hop(StrEnum):
    """Who judges a sender (fact COR-03)."""

    ARRIVAL = "arrival"  # the service, which sees the client's address
    FAR_END = "far_end"  # the outside recipient, who sees the service's


@noun(kw_only=True)
class HopFacts(Implied):
    """What one judge makes of a message: the results in the words of header fields, and why.

    ``ip`` is the address that the judge sees; ``dkim`` has one ``result d=domain`` a signature; ``compauth`` is empty
    where there is no composite. ``receiver`` is the domain for whose recipients a far end judges, empty on arrival.
    """

    hop: Hop
    ip: str
    spf: str
    dkim: tuple[str, ...]
    dmarc: str
    compauth: str = ""
    because: tuple[str, ...] = ()
    receiver: str = ""

    @property
    def sentence(self) -> str:
        """The whole of it: who sees which address, and what is found."""
        where = f"at {self.receiver}" if self.receiver else "on arrival"
        dkim = ", ".join(f"dkim={one}" for one in self.dkim)
        composite = f", compauth={self.compauth}" if self.compauth else ""
        return f"{where} {self.ip} is seen: spf={self.spf}, {dkim}, dmarc={self.dmarc}{composite}"


class Side(StrEnum):
    """Whose recipients a version of a message is for."""

    INSIDE = "inside"  # of the tenant whose mail it is
    OTHER_TENANT = "other_tenant"  # of another tenant of the world, which judges the message anew
    OUTSIDE = "outside"  # of nobody in the world


@noun(kw_only=True)
class Version(Implied):
    """A message as one side of its recipients has it: a message for several sides is split, and each gets its own.

    ``mail_from`` is the envelope's sender as that side sees it, which may have been rewritten; ``headers`` are the
    fields that the service puts above the content, folded with CRLF. ``tenant`` is None outside.
    """

    side: Side
    tenant: str | None
    recipients: tuple[Address, ...]
    mail_from: Address | None
    headers: tuple[str, ...]


@noun(kw_only=True)
class KeptMessage(Implied):
    """A message the emulator took responsibility for; ``raw`` is what the client sent, octet for octet.

    ``shown_from`` is the sender that recipients see: for client submission the primary address of the mailbox when an
    alias was used and the tenant does not allow sending from aliases (fact CS-SA-07). ``versions`` is what each side of
    the recipients of a message at the tenant MX gets; ``authentication`` says who thinks what of the sender.
    ``reported`` is what the delivery reports of Azure Communication Services say, which come when it is delivered;
    ``operation`` is the id of the send operation that a message over REST is for its client.
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
    versions: tuple[Version, ...] = ()
    authentication: tuple[HopFacts, ...] = ()
    reported: tuple[Fate, ...] = ()
    operation: str | None = None

    @classmethod
    def implied_as(
        cls, name: str, raw: bytes | bytearray, work: Callable[[*Ts], Mapping[str, object]], given: tuple[*Ts]
    ) -> Self:
        """Make a message of which only id and content are known; ``work`` makes the rest of what is ``given``."""
        message = object.__new__(cls)
        object.__setattr__(message, "id", name)
        object.__setattr__(message, "raw", raw)
        message._given = given
        message._work = work
        return message

    @property
    def headers(self) -> tuple[str, ...]:
        """The fields above the content in the first version."""
        return self.versions[0].headers if self.versions else ()

    def version_for(self, recipient: Address) -> Version | None:
        """Give the version that a recipient has: one that got a copy, or one of the envelope that it came through."""
        behind = {copy.recipient for copy in self._copies_for(recipient)}
        return next((one for one in self.versions if behind.intersection(one.recipients)), None)

    def content_for(self, recipient: Address) -> bytes | None:
        """Give the content as a recipient has it, the service's fields above it; None for who has no copy."""
        if not self._copies_for(recipient):
            return None
        version = self.version_for(recipient)
        headers = version.headers if version else ()
        return b"".join(f"{field}\r\n".encode("utf-8", "replace") for field in headers) + bytes(self.raw)

    def _copies_for(self, recipient: Address) -> tuple[Copy, ...]:
        """Give the copies that a recipient got, or that one of the envelope led to."""
        return tuple(copy for copy in self.copies if recipient in {copy.recipient, copy.through} and copy.is_placed)
