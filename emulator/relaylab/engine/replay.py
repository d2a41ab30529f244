"""What the limits of a mailbox make of a year of messages, through the windows of the live server.

A message over the recipients of a day is refused, and enters no window. One that is taken enters both; where its
minute is full, it is delivered when there is room, and that instant is what it counts at (``session.delivery``).

Mailboxes have no limit in common. So a piece of the year is taken mailbox by mailbox, and what is common, that all
messages of one fit and none is late, is seen by summing rather than message by message.

Laws: events come in the order of their instants. What is held between two pieces is what the windows hold.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from dataclasses import dataclass, field
from operator import gt, itemgetter, sub
from typing import TYPE_CHECKING, Final

from relaylab.engine.quotas import RollingSum

if TYPE_CHECKING:
    from collections.abc import Sequence

REFUSED: Final = -1  # in place of the instant of delivery

_LONG_AGO: Final = -(2**63)

_PIECE: Final = 1 << 17  # messages taken at a time: enough for each mailbox to have many, few enough to hold


@dataclass(frozen=True, slots=True)
class SubmissionLimits:
    """So many recipients in one span and messages in another, in microseconds; a longer queue than that is none."""

    recipients: int
    recipient_span: int
    messages: int
    message_span: int
    longest_queue: int


@dataclass(frozen=True, slots=True)
class Events:
    """Messages in columns: when (microseconds since 1970, in order), from which mailbox (counted from 0), to how many.

    The first is of ``array("q")``, the others of ``array("i")``: sixteen octets an event.
    """

    at: array[int] = field(default_factory=lambda: array("q"))
    mailbox: array[int] = field(default_factory=lambda: array("i"))
    recipients: array[int] = field(default_factory=lambda: array("i"))

    def append(self, at: int, mailbox: int, recipients: int) -> None:
        """Add a message."""
        self.at.append(at)
        self.mailbox.append(mailbox)
        self.recipients.append(recipients)

    def expect_order(self, after: int) -> None:
        """Raise ValueError for instants that go back, or lie before ``after``: their answers would be wrong."""
        if any(map(gt, self.at, self.at[1:])) or (self.at and self.at[0] < after):
            raise ValueError("events are not in the order of their instants; sort them first")

    def __len__(self) -> int:
        return len(self.at)


class Sender:
    """One mailbox: what it has sent lately."""

    __slots__ = ("_day", "_limits", "_newest")

    def __init__(self, limits: SubmissionLimits) -> None:
        """Start with nothing sent."""
        self._limits: Final = limits
        self._day: Final = RollingSum(limits.recipient_span)
        self._newest: Final = [_LONG_AGO] * limits.messages  # deliveries, as many as fill a minute: more never count

    def send(self, instants: Sequence[int], amounts: Sequence[int]) -> dict[int, int]:
        """Send messages to so many recipients each; give what becomes of those not delivered at once, by place.

        It does what rule, session and counters of the live server do one after the other.
        """
        refused = self._day.fill(instants, amounts, self._limits.recipients)
        if not refused:
            return dict(self._late(instants))
        found = dict.fromkeys(refused, REFUSED)
        taken = [place for place in range(len(instants)) if place not in found]
        found.update((taken[place], at) for place, at in self._late([instants[place] for place in taken]))
        return found

    def _late(self, instants: Sequence[int]) -> list[tuple[int, int]]:
        """Deliver messages, and give those that come late, by place, with the instant of delivery.

        If no half of a minute's messages, cut anywhere, comes within a minute, then no more than a minute's do.
        """
        newest, nth, span = self._newest, self._limits.messages, self._limits.message_span
        deliveries = [*newest, *instants]  # unless one is late
        cuts = deliveries[:: (nth + 1) // 2]
        if min(map(sub, cuts[1:], cuts), default=0) >= span:
            newest[:] = deliveries[-nth:]
            return []
        late, longest_queue = list[tuple[int, int]](), self._limits.longest_queue
        for place, at in enumerate(instants):
            room = newest[-nth] + span
            if at >= room:
                newest.append(at)
            elif room - at <= longest_queue + span:  # a message behind a longer queue is delivered at once: see there
                newest.append(room)
                late.append((place, room))
        del newest[:-nth]
        return late


class Replay:
    """Messages in, in as many pieces as one likes; what becomes of each out."""

    def __init__(self, limits: SubmissionLimits) -> None:
        """Start with nothing sent by anybody."""
        self._senders: Final = defaultdict[int, Sender](lambda: Sender(limits))
        self._last = _LONG_AGO

    def feed(self, events: Events) -> array[int]:
        """Give the instant at which each message is delivered, or REFUSED; raise ValueError for events out of order."""
        if not events:
            return array("q")
        events.expect_order(self._last)
        self._last = events.at[-1]
        delivered = events.at[:]
        for begin in range(0, len(events), _PIECE):
            self._feed(events, range(begin, min(begin + _PIECE, len(events))), delivered)
        return delivered

    def _feed(self, events: Events, piece: range, delivered: array[int]) -> None:
        """Write into ``delivered``, which has every message as delivered at once, what becomes of others."""
        places_of = defaultdict[int, list[int]](list)
        for place, box in zip(piece, events.mailbox[piece.start : piece.stop], strict=True):
            places_of[box].append(place)
        for box, places in places_of.items():
            sent = itemgetter(*places, places[0])  # never of one place, of which it would give no tuple
            for place, instant in self._senders[box].send(sent(events.at)[:-1], sent(events.recipients)[:-1]).items():
                delivered[places[place]] = instant
