"""Messages whose course is known: one with the same names and author as another goes the same way (decision 0041).

At the tenant MX, behind an envelope that is remembered, rules and delivery read little of a message besides its names:
whom it is from, how often it was handed on, whether it is too large or has too many parts. So a message of which all
that is the same again goes the course of the one before, and what is told of it is written when somebody reads it. The
end of a small message took 70 % of its time before, and a third of that since.

Laws:

- A course is followed only where each rule would be asked the same and nothing would be counted. So none is remembered
  of a message that is signed, judged behind a gateway, refused, returned, placed by a rule, for recipients of several
  sides, or charged to anybody.
- Only what differs between two such messages is taken from the message itself: its instant, head, size, content and the
  words of its receipt.
- What is remembered holds neither head nor content, and lies among the envelopes: it lasts as long as they do, counts
  as they do, and is of as few final recipients.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from relaylab.domain.decision import Decision
from relaylab.domain.event import Authenticated, Judged, Kept
from relaylab.domain.implied import fields_of
from relaylab.domain.message import KeptMessage, MessageHead, Version
from relaylab.domain.telling import Telling
from relaylab.rules import replies
from relaylab.session.aftermath import kept_words, told
from relaylab.session.authenticating import holds_for_the_next
from relaylab.session.end_of_data import called, named_receipt, receipt, throw
from relaylab.session.envelopes import MOST_RECIPIENTS, envelopes
from relaylab.session.parts import excessive_parts
from relaylab.session.speech import judged_words
from relaylab.session.turn import Then, Turn
from relaylab.session.versions import versions

if TYPE_CHECKING:
    from datetime import datetime

    from relaylab.domain.asks import DataAsk
    from relaylab.domain.event import Event
    from relaylab.engine.verdict import Verdict
    from relaylab.session.delivery import Delivered, Way
    from relaylab.session.envelopes import Named
    from relaylab.session.head import Letter
    from relaylab.session.moment import Moment
    from relaylab.session.party import Party
    from relaylab.session.transaction import Transaction

_RATE: Final = "message_rate"
_READ_COMMAND: Final = Then.READ_COMMAND  # Python 3.11 takes a call to find a name of an enum


class Marks(NamedTuple):
    """What rules and delivery read of a message besides its names, where that is all they read."""

    authors: tuple[str, ...] | tuple[bytes, ...]
    from_address: str | None  # its key, which is hashed at once
    hops: int


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What became of a message: how it was judged, where it went, and itself without head and content."""

    ask: DataAsk
    verdict: Verdict
    way: Way
    message: KeptMessage
    tells: int  # how many events the log is told of such a message


def marks_of(letter: Letter) -> Marks | None:
    """Give the marks of a message; None where rules or delivery read more of it."""
    authors, head = letter.authors, letter.head
    if authors is None or not letter.content:  # one that is too large has no content
        return None
    if excessive_parts(letter.content, letter.block):
        return None
    sender = head.from_address
    return Marks(authors, None if sender is None else sender.key, head.hops)


def follow(  # noqa: PLR0913, PLR0917 - the message, and where it is
    party: Party, named: Named, letter: Letter, hello: str, number: int, moment: Moment
) -> Turn | None:
    """Let a message at the tenant MX go the course of an earlier one; where none is known, do nothing and give None.

    ``named`` is the name that was granted last, where that holds at this moment: then no fault is at work and nobody is
    signed in. ``number`` counts the messages of the session, this one included.
    """
    marks = marks_of(letter)
    course = envelopes(moment).known((named, marks)) if marks is not None else None
    if not isinstance(course, Course):
        return None
    same = Followed(course, moment.now, party, party.message_id(number), letter.head, letter.size, throw(party))
    kept = same.message(letter.content, hello, moment)
    return Turn(same.answer(), _READ_COMMAND, same, (), (kept,))


def remember_course(  # noqa: PLR0913, PLR0917 - where it is remembered, and what became of the message
    named: Named,
    letter: Letter,
    ask: DataAsk,
    verdict: Verdict,
    delivered: Delivered,
    transaction: Transaction,
    moment: Moment,
) -> None:
    """Remember what became of an accepted message, where the next one would go the same course."""
    way = delivered.way
    if way is None or way.within is None or not is_by_default(delivered, moment):
        return
    if verdict.effect.reply is not replies.QUEUED or delivered.charges or not holds_for_the_next(ask, transaction):
        return
    marks = marks_of(letter)
    if marks is None:
        return
    nothing = MessageHead()
    asked = replace(ask, head=nothing, receipt=())
    unstamped = tuple(replace(one, headers=()) for one in delivered.message.versions)
    bare = replace(delivered.message, head=nothing, raw=b"", decision=None, versions=unstamped)
    tells = 3 if bare.authentication else 2
    envelopes(moment).keep((named, marks), Course(asked, replace(verdict, ask=asked), way, bare, tells))


def is_by_default(delivered: Delivered, moment: Moment) -> bool:
    """Tell whether no rule placed a copy of an accepted message, there are few, and its answer came at once."""
    copies = delivered.message.copies
    is_late = moment.rulebook.readings[_RATE] == "late_reply"
    return not is_late and len(copies) <= MOST_RECIPIENTS and all(copy.decision is None for copy in copies)


class Followed(Telling):
    """A message that goes a known course: what is told of it, worked out when it is read. It holds no content.

    ``thrown`` is what its receipt was drawn with: a number takes a tenth of the room of the words.
    """

    __slots__ = ("course", "head", "message_id", "now", "party", "size", "thrown")

    def __init__(  # noqa: PLR0913, PLR0917 - each is its own
        self, course: Course, now: datetime, party: Party, message_id: str, head: MessageHead, size: int, thrown: int
    ) -> None:
        """Put together what its answer, its kept message and its events are made of."""
        self.session = party.label
        self.many = course.tells
        self.course = course
        self.now = now
        self.party = party
        self.message_id = message_id
        self.head = head
        self.size = size
        self.thrown = thrown

    def answer(self) -> bytes:
        """Write the answer: nothing but the words of the receipt stands in an acceptance."""
        return replies.QUEUED.write(*receipt(self.thrown, self.head.message_id, self.size, self.party))

    def message(self, content: bytes | bytearray, hello: str, moment: Moment) -> KeptMessage:
        """Give the message as it is kept."""
        return KeptMessage.implied_as(self.message_id, content, Followed._message, (self, content, hello, moment))

    def told(self) -> tuple[Event, ...]:
        """Give what the event log is told, in its order."""
        session, of = self.session, (self,)
        judged = Judged.implied_in(session, Followed._judged, of)
        kept = Kept.implied_in(session, Followed._kept, of)
        if not self.course.message.authentication:
            return judged, kept
        return judged, kept, Authenticated.implied_in(session, Followed._authenticated, of)

    def _ask(self) -> DataAsk:
        words = named_receipt(self.thrown, self.head.message_id, self.size, self.party)
        return replace(self.course.ask, now=self.now, head=self.head, size=self.size, receipt=words)

    def _verdict(self) -> Verdict:
        return replace(self.course.verdict, ask=self._ask())

    def _stamp(self) -> dict[str, object]:
        return {"at": self.now, "session": self.party.label, "endpoint": self.party.endpoint}

    def _judged(self) -> dict[str, object]:
        return {**self._stamp(), "command": called(self.size), **judged_words(self._verdict())}

    def _kept(self) -> dict[str, object]:
        return {**self._stamp(), **kept_words(self.course.ask.envelope, self.message_id, self.size)}

    def _authenticated(self) -> dict[str, object]:
        (found,) = self.course.message.authentication
        return {**self._stamp(), "message": self.message_id, **told(found)}

    def _message(self, content: bytes | bytearray, hello: str, moment: Moment) -> dict[str, object]:
        """Give what a store or a list looks at; its decision and the fields above it are worked out by themselves."""
        like = self.course.message
        stamps = partial(self._stamps, content, hello, moment)
        whole = replace(
            like,
            id=self.message_id,
            session=self.party.label,
            accepted_at=self.now,
            delivered_at=self.now,
            head=self.head,
            size=self.size,
            raw=content,
            decision=Decision.implied(self._decided),
            versions=tuple(
                Version.implied(
                    stamps, side=one.side, tenant=one.tenant, recipients=one.recipients, mail_from=one.mail_from
                )
                for one in like.versions  # one, as there is one part
            ),
        )
        return fields_of(whole)

    def _decided(self) -> dict[str, object]:
        return fields_of(self._verdict().decision())

    def _stamps(self, content: bytes | bytearray, hello: str, moment: Moment) -> dict[str, object]:
        way = self.course.way
        split = versions(
            self._ask(),
            content,
            way.onward,
            home=way.home,
            party=self.party,
            hello=hello,
            message_id=self.message_id,
            moment=moment,
            within=way.within,
        )
        (version,) = split.versions
        return {"headers": version.headers}
