"""Kept mail as a test wants to see it: a message with its parts, and a sequence that filters and insists on one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from functools import cached_property
from typing import TYPE_CHECKING, overload

from relaylab.domain.address import Address
from relaylab.testing.failures import MessageNotSeenError, listed

if TYPE_CHECKING:
    from relaylab.domain.endpoint import Endpoint
    from relaylab.domain.message import KeptMessage, Placement
    from relaylab.testing.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that was attached, decoded; ``filename`` is None where the sender named none."""

    filename: str | None
    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Message:
    """An accepted message; the names are those of its JSON."""

    kept: KeptMessage = field(repr=False)
    verdict: Verdict | None = field(repr=False, compare=False)

    @property
    def id(self) -> str:
        """Its name in relaylab: the session's, and which message of it."""
        return self.kept.id

    @property
    def endpoint(self) -> Endpoint:
        """The door it came in by."""
        return self.kept.endpoint

    @property
    def tenant(self) -> str | None:
        """Whose it is: the sender's tenant, else the first recipient's."""
        return self.kept.tenant

    @property
    def site(self) -> str | None:
        """The site it came from."""
        return self.kept.site

    @property
    def session(self) -> str:
        """The session that brought it."""
        return self.kept.session

    @property
    def accepted_at(self) -> datetime:
        """When it was accepted, on the simulated clock."""
        return self.kept.accepted_at

    @property
    def delivered_at(self) -> datetime:
        """When its copies were placed: later than accepted where its mailbox sent too many in a minute."""
        return self.kept.delivered_at

    @property
    def mail_from(self) -> str | None:
        """The envelope's sender; None for the empty reverse path of a report."""
        return str(self.kept.envelope.mail_from) if self.kept.envelope.mail_from else None

    @property
    def recipients(self) -> list[str]:
        """The envelope's recipients."""
        return [str(recipient) for recipient in self.kept.envelope.recipients]

    @property
    def size(self) -> int:
        """Octets."""
        return self.kept.size

    @property
    def subject(self) -> str | None:
        """The subject, decoded."""
        return self.kept.head.subject

    @property
    def message_id(self) -> str | None:
        """The Message-ID, with its angle brackets."""
        return self.kept.head.message_id

    @property
    def placed(self) -> Mapping[str, Placement]:
        """Where each final recipient's copy went: inbox, junk, quarantine, outside, none."""
        return {str(copy.recipient): copy.placed for copy in self.kept.copies}

    @property
    def report_of(self) -> str | None:
        """The id of the message that this non-delivery report is about; None for a message of a sender's."""
        return self.kept.report_of

    @property
    def raw(self) -> bytes:
        """What the client sent, octet for octet."""
        return bytes(self.kept.raw)

    def raw_for(self, recipient: str) -> bytes:
        """Give what a recipient has: the content with the fields above it that the service puts there for that side.

        ``recipient`` is an address of the envelope or of a copy; raise ValueError, which names those who have one.
        """
        content = self.kept.content_for(Address.parse(recipient))
        if content is None:
            got = ", ".join(who for who, where in self.placed.items() if where != "none")
            raise ValueError(f"{recipient} has no copy of {self.id}; ask for one of {got or 'nobody'}")
        return content

    @cached_property
    def email(self) -> EmailMessage:
        """The message parsed."""
        return message_from_bytes(self.raw, policy=modern)

    @property
    def text(self) -> str | None:
        """The plain text, its lines ended by a line feed; None where there is none."""
        return self._body("plain")

    @property
    def html(self) -> str | None:
        """The HTML, its lines ended by a line feed; None where there is none."""
        return self._body("html")

    @property
    def attachments(self) -> list[Attachment]:
        """What was attached, decoded."""
        return [
            Attachment(part.get_filename(), part.get_content_type(), _octets(part))
            for part in self.email.iter_attachments()
        ]

    def __str__(self) -> str:
        """Write it in one line."""
        what = f"report of {self.report_of}" if self.report_of else f"from {self.mail_from or '<>'}"
        return f"{self.id} at {self.endpoint}, {what} to {', '.join(self.recipients)}: {self.subject!r}"

    def _body(self, kind: str) -> str | None:
        part = self.email.get_body((kind,))
        return str(part.get_content()).replace("\r\n", "\n") if part is not None else None


class Messages(Sequence[Message]):
    """The messages that were kept when it was asked for, in order of acceptance, reports of the service included."""

    def __init__(
        self, messages: Sequence[Message], tell: Callable[[str], str], chosen_by: tuple[str, ...] = ()
    ) -> None:
        """Hold messages; ``tell`` writes what happened behind a sentence, ``chosen_by`` says which these are."""
        self._messages = tuple(messages)
        self._tell = tell
        self._chosen_by = chosen_by

    def to(self, address: str) -> Messages:
        """Give those for an address: one of the envelope, or one that got a copy through a group."""
        wanted = address.lower()
        return self._only(
            f"to {address}", lambda message: wanted in {one.lower() for one in (*message.recipients, *message.placed)}
        )

    def from_(self, address: str) -> Messages:
        """Give those of an envelope's sender."""
        return self._only(f"from {address}", lambda message: (message.mail_from or "").lower() == address.lower())

    def with_subject(self, subject: str | re.Pattern[str]) -> Messages:
        """Give those with this subject, or with one in which the pattern is found."""
        if isinstance(subject, str):
            return self._only(f"with the subject {subject!r}", lambda message: message.subject == subject)
        return self._only(
            f"with a subject like {subject.pattern!r}", lambda message: bool(subject.search(message.subject or ""))
        )

    def where(self, holds: Callable[[Message], bool], words: str = "that fit") -> Messages:
        """Give those for which a condition holds; ``words`` stand for it in a failure."""
        return self._only(words, holds)

    @property
    def sent(self) -> Messages:
        """Those of senders, without the reports of the service."""
        return self._only("of senders", lambda message: message.report_of is None)

    @property
    def reports(self) -> Messages:
        """The non-delivery reports."""
        return self._only("that are reports", lambda message: message.report_of is not None)

    def one(self) -> Message:
        """Give the only message; raise MessageNotSeenError, which tells what happened, where there is not one."""
        __tracebackhide__ = True
        if len(self) != 1:
            raise MessageNotSeenError(self._tell(self._but("one message")))
        return self[0]

    def none(self) -> None:
        """Make sure that there is no message; raise MessageNotSeenError where there is."""
        __tracebackhide__ = True
        if len(self):
            raise MessageNotSeenError(self._tell(self._but("no message")))

    def __len__(self) -> int:
        return len(self._messages)

    def __iter__(self) -> Iterator[Message]:
        return iter(self._messages)

    @overload
    def __getitem__(self, place: int) -> Message: ...
    @overload
    def __getitem__(self, place: slice) -> Messages: ...
    def __getitem__(self, place: int | slice) -> Message | Messages:
        if isinstance(place, slice):
            return Messages(self._messages[place], self._tell, self._chosen_by)
        return self._messages[place]

    def __repr__(self) -> str:
        return f"<{len(self)} messages{''.join(f' {words}' for words in self._chosen_by)}>\n{listed(self)}"

    def _only(self, words: str, holds: Callable[[Message], bool]) -> Messages:
        return Messages(tuple(filter(holds, self)), self._tell, (*self._chosen_by, words))

    def _but(self, expected: str) -> str:
        which = "".join(f" {words}" for words in self._chosen_by)
        return f"expected {expected}{which}, and there are {len(self)}" if len(self) else f"expected {expected}{which}"


def _octets(part: EmailMessage) -> bytes:
    content = part.get_content()
    match content:
        case bytes():
            return content
        case str():
            return content.encode(part.get_content_charset() or "utf-8", "replace")
        case _:  # a message that is attached
            return bytes(content)
