"""What the limits of a mailbox make of a year of messages: a pure step each, through the windows of the live server.

A message over the recipients of a day is refused, and enters no window. One that is taken enters both; where its
minute is full, it is delivered when there is room, and that instant is what it counts at (``session.delivery``).

Laws: events come in the order of their instants. What is held between two events is what the windows hold.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from operator import gt
from typing import TYPE_CHECKING, Final

from relaylab.engine.quotas import RollingSum

if TYPE_CHECKING:
    from collections.abc import Callable

REFUSED: Final = -1  # in place of the instant of delivery

_KEEPS: Final = 64  # entries of a window before it is tidied: time goes forward here, so nothing old is asked for


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


def stepper(limits: SubmissionLimits) -> Callable[[int, int], int]:
    """Give a mailbox its step: instant and recipients of a message in, the instant of its delivery or REFUSED out.

    It does what rule, session and counters of the live server do one after the other, and writes into the windows'
    lists itself where ``RollingSum.add`` would do nothing else: calls are most of the cost of a message otherwise.
    """
    day, deliveries = RollingSum(limits.recipient_span), list[int]()  # the newest deliveries, which is all that counts
    instants, sums = day.instants, day.sums
    most, span, nth = limits.recipients, limits.recipient_span, limits.messages
    message_span, longest_queue = limits.message_span, limits.longest_queue
    room, spare = _KEEPS, max(_KEEPS, 2 * nth)

    def step(at: int, amount: int) -> int:
        nonlocal room
        reached = sums[-1] + amount
        if reached - sums[0] > most or len(instants) > room:  # what is remembered is at least what counts
            if instants and instants[0] <= at - span:
                day.forget(at - span + 1)
            room = max(_KEEPS, 2 * len(instants))
            if reached - sums[0] > most:
                return REFUSED
        instants.append(at)
        sums.append(reached)
        if len(deliveries) >= nth:
            earlier = deliveries[-nth]
            if len(deliveries) > spare:
                del deliveries[:-nth]
            if earlier - at > longest_queue:
                return at  # older than all that count
            if at < earlier + message_span:  # noqa: PLR1730 - max() would be a call
                at = earlier + message_span
        deliveries.append(at)
        return at

    return step


class Replay:
    """Messages in, in as many pieces as one likes; what becomes of each out."""

    def __init__(self, limits: SubmissionLimits) -> None:
        """Start with nothing sent by anybody."""
        self._limits: Final = limits
        self._steps: list[Callable[[int, int], int]] = []
        self._last = -(2**63)

    def feed(self, events: Events) -> array[int]:
        """Give the instant at which each message is delivered, or REFUSED; raise ValueError for events out of order."""
        if not events:
            return array("q")
        events.expect_order(self._last)
        self._last = events.at[-1]
        steps = self._steps
        steps += [stepper(self._limits) for _ in range(max(events.mailbox) + 1 - len(steps))]
        columns = zip(events.at, events.mailbox, events.recipients, strict=True)
        return array("q", [steps[box](at, amount) for at, box, amount in columns])
