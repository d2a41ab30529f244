"""Messages of a mailbox that sends as before: what is counted is judged each time, the rest is found once (0044).

At client submission, behind an envelope that is remembered, two messages with the same author differ in their instant,
head, size and content, and in what the mailbox has sent. So the asks about them are made of what they have in common
and of these, and each is judged; and what is told of a message is written when somebody reads it.

Laws:

- Each message is judged by every rule, and each of its copies: what a mailbox sends is counted, and the count decides.
- Only a mailbox that sends as itself, and to recipients inside its own tenant, has habits: a right to send as somebody
  else spreads, and what leaves is counted for the tenant as well.
- A message that any rule refuses, sends back or places is treated as one that nothing is remembered of.
- What is remembered holds neither head nor content, and lies among the envelopes: it lasts as long as they do, counts
  as they do, and is of as few final recipients.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from relaylab.domain.asks import DataAsk
from relaylab.domain.charge import Meter
from relaylab.domain.event import Judged, Kept
from relaylab.domain.implied import fields_of
from relaylab.domain.message import KeptMessage, MessageHead
from relaylab.domain.telling import Telling
from relaylab.session.aftermath import kept_words
from relaylab.session.courses import is_by_default
from relaylab.session.delivery import charges_of_mailbox, copy_ask
from relaylab.session.end_of_data import called, named_receipt, throw
from relaylab.session.envelopes import envelopes
from relaylab.session.parts import excessive_parts
from relaylab.session.speech import judged_words

if TYPE_CHECKING:
    from datetime import datetime

    from relaylab.domain.address import Address
    from relaylab.domain.asks import DeliveryAsk
    from relaylab.domain.charge import Charge
    from relaylab.domain.event import Event
    from relaylab.domain.reply import Reply, ReplyTemplate
    from relaylab.engine.verdict import Verdict
    from relaylab.session.delivery import Delivered, Way
    from relaylab.session.envelopes import Named
    from relaylab.session.head import Letter
    from relaylab.session.moment import Moment
    from relaylab.session.party import Party
    from relaylab.session.transaction import Transaction

_RECIPIENTS: Final = Meter.RECIPIENTS  # Python 3.11 takes a call to find a name of an enum
# What an ask about a message has of the message itself, and of what its mailbox has sent.
OF_ONE_MESSAGE: Final = frozenset({"now", "head", "size", "open_before", "recipients_today", "receipt"})


class Author(NamedTuple):
    """Whom a message is from, as it is spelt: a mark behind its names.

    Whose right to send is asked for hangs on it, and what recipients see as the sender; the head itself is given anew.
    """

    spelt: str | None

    @classmethod
    def of(cls, address: Address | None) -> Author:
        """Give the mark of the first address in From."""
        return cls(None if address is None else str(address))


@dataclass(frozen=True, slots=True, eq=False)
class Habit:
    """What a mailbox's messages have in common.

    ``owner`` is whose they count for, ``template`` their answer. ``ask`` makes the ask about one of them, ``copies``
    those about its copies, each with the number of the recipient that it was reached through; ``message`` is one of
    them without what is its own.
    """

    owner: str
    template: ReplyTemplate
    ask: partial[DataAsk]
    copies: tuple[tuple[partial[DeliveryAsk], int], ...]
    message: KeptMessage

    def ask_about(self, letter: Letter, transaction: Transaction, party: Party, moment: Moment) -> DataAsk:
        """Give the ask for a complete message."""
        head, size = letter.head, letter.size
        return self.ask(
            now=moment.now,
            head=head,
            size=size,
            open_before=transaction.open_before or 0,
            recipients_today=moment.usage.total(_RECIPIENTS, self.owner, moment.now),
            receipt=named_receipt(throw(party), head.message_id, size, party),
        )

    def holds(self, verdict: Verdict, ask: DataAsk, moment: Moment) -> bool:
        """Tell whether no rule has anything against the message, or against a copy of it."""
        if verdict.rule is not None:
            return False
        for copy, place in self.copies:
            asked = copy(now=ask.now, size=ask.size, recipients_today=ask.recipients_today + place + 1)
            if moment.rulebook.judge(asked).rule is not None:
                return False
        return True


def habit_before(named: Named, letter: Letter, moment: Moment) -> Habit | None:
    """Give the habit that a message is of; None where rules or delivery read more of it."""
    if not letter.content or excessive_parts(letter.content, letter.block):  # one that is too large has no content
        return None
    known = envelopes(moment).known((named, Author.of(letter.head.from_address)))
    return known if isinstance(known, Habit) else None


def remember_habit(named: Named, ask: DataAsk, verdict: Verdict, delivered: Delivered, moment: Moment) -> None:
    """Remember what an accepted message of a mailbox has in common with the next one, where it has a habit."""
    way, mailbox, template = delivered.way, ask.principal, verdict.effect.reply
    if way is None or way.within is None or mailbox is None or template is None:
        return
    sends_as_itself = ask.sender is not None and mailbox.owns(ask.sender)
    if not sends_as_itself or ask.excessive_parts or verdict.rule is not None or not is_by_default(delivered, moment):
        return
    in_common = {one.name: getattr(ask, one.name) for one in fields(ask) if one.name not in OF_ONE_MESSAGE}
    habit = Habit(
        mailbox.address.key,
        template,
        partial(DataAsk, **in_common),
        named.recall("copies", partial(_copies, ask, way), lambda _: True),  # whoever the author is
        replace(delivered.message, head=MessageHead(), raw=b"", decision=None),
    )
    envelopes(moment).keep((named, Author.of(ask.head.from_address)), habit)


def _copies(ask: DataAsk, way: Way) -> tuple[tuple[partial[DeliveryAsk], int], ...]:
    return tuple((copy_ask(ask, one, ask.tenant), one.place) for one in way.finals)


class SentAgain(Telling):
    """A message that is of a habit: what is told of it, worked out when it is read. It holds no content."""

    __slots__ = ("ask", "delivered_at", "habit", "message_id", "party", "verdict")

    many = 2

    def __init__(  # noqa: PLR0913, PLR0917 - each is its own
        self, habit: Habit, ask: DataAsk, verdict: Verdict, party: Party, message_id: str, delivered_at: datetime
    ) -> None:
        """Put together what its kept message and its events are made of."""
        self.session = party.label
        self.habit = habit
        self.ask = ask
        self.verdict = verdict
        self.party = party
        self.message_id = message_id
        self.delivered_at = delivered_at

    def reply(self) -> Reply:
        """Give the answer: nothing but the words of the receipt stands in the blanks of an acceptance."""
        return self.habit.template.fill_from(dict(self.ask.receipt))

    def message(self, content: bytes | bytearray) -> KeptMessage:
        """Give the message as it is kept."""
        return KeptMessage.implied_as(self.message_id, content, SentAgain._message, (self, content))

    def told(self) -> tuple[Event, ...]:
        """Give what the event log is told, in its order."""
        return Judged.implied_in(self.session, self._judged, ()), Kept.implied_in(self.session, self._kept, ())

    def charges(self) -> tuple[Charge, ...]:
        """Give what the mailbox is charged."""
        return charges_of_mailbox(self.ask, self.delivered_at)

    def _stamp(self) -> dict[str, object]:
        return {"at": self.ask.now, "session": self.party.label, "endpoint": self.party.endpoint}

    def _judged(self) -> dict[str, object]:
        return {**self._stamp(), "command": called(self.ask.size), **judged_words(self.verdict)}

    def _kept(self) -> dict[str, object]:
        return {**self._stamp(), **kept_words(self.ask.envelope, self.message_id, self.ask.size)}

    def _message(self, content: bytes | bytearray) -> dict[str, object]:
        whole = replace(
            self.habit.message,
            id=self.message_id,
            session=self.party.label,
            accepted_at=self.ask.now,
            delivered_at=self.delivered_at,
            head=self.ask.head,
            size=self.ask.size,
            raw=content,
            decision=self.verdict.decision(),
        )
        return fields_of(whole)
