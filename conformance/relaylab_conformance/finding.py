"""The words of a judgement: what was found of one thing tried, and what becomes of a sender."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class Status(StrEnum):
    """What was found; INFO says something without judging."""

    PASS = "PASS"  # noqa: S105 - a verdict, not a secret
    NON_STRICT = "NON-STRICT"
    FAIL = "FAIL"
    INFO = "INFO"
    NOT_EXERCISED = "NOT-EXERCISED"
    INCONCLUSIVE = "INCONCLUSIVE"

    @property
    def meaning(self) -> str:
        """The word in a sentence, for a legend."""
        return _MEANINGS[self]


class Fate(StrEnum):
    """What becomes of a sender that goes on as it does today, in words that follow its name."""

    READY = "is ready"
    PARTLY = "will reach some recipients only"
    STOPS = "will stop with a message"
    SILENT = "will fail silently"
    QUEUES = "will queue for days"
    OPEN = "is not judged yet"

    @property
    def meaning(self) -> str:
        """The words in a sentence, for a legend."""
        return _FATES[self]

    def of(self, number: int) -> str:
        """The words behind a number of senders."""
        return self.value if number == 1 else self.value.replace("is ", "are ", 1)


class PlanWord(StrEnum):
    """What the plan for a sender is worth."""

    NONE_NEEDED = "needs no plan"
    NONE_MADE = "there is no plan"
    ENOUGH = "the plan is enough"
    BUT_FOR_VOLUME = "the plan is enough but for its volume"
    LATE = "the plan comes too late"
    NOT_ENOUGH = "the plan is not enough"
    OPEN = "the plan is not judged yet"

    def of(self, number: int) -> str:
        """The words behind a number of senders."""
        one, many = _PLANS[self]
        return one if number == 1 else many


_MEANINGS: Final = {
    Status.PASS: "every recipient's copy was taken and placed",
    Status.NON_STRICT: "it was delivered, and rests on something that may end any day",
    Status.FAIL: "at least one recipient gets nothing",
    Status.INFO: "worth knowing, and no judgement",
    Status.NOT_EXERCISED: "not tried, for the reason given: neither passed nor failed",
    Status.INCONCLUSIVE: "tried, and nothing could be concluded",
}
_FATES: Final = {
    Fate.READY: "its mail arrives on every date judged, the way it is sent today",
    Fate.PARTLY: "some recipients get the message and others never do",
    Fate.STOPS: "it is refused, and somebody or something that waits for it is told",
    Fate.SILENT: "the message is lost, and at most a code on a panel or a report nobody reads says so",
    Fate.QUEUES: "its messages wait in a queue, and nobody is told before it gives up",
    Fate.OPEN: "the way it sends today is not built into relaylab yet",
}
_PLANS: Final = {
    PlanWord.NONE_NEEDED: ("needs no plan", "need no plan"),
    PlanWord.NONE_MADE: ("has no plan", "have no plan"),
    PlanWord.ENOUGH: ("plan is enough", "plans are enough"),
    PlanWord.BUT_FOR_VOLUME: ("plan is enough but for its volume", "plans are enough but for their volume"),
    PlanWord.LATE: ("plan comes too late", "plans come too late"),
    PlanWord.NOT_ENOUGH: ("plan is not enough", "plans are not enough"),
    PlanWord.OPEN: ("plan is not judged yet", "plans are not judged yet"),
}
_BEST_FIRST: Final = (
    Status.INFO,
    Status.PASS,
    Status.NOT_EXERCISED,
    Status.INCONCLUSIVE,
    Status.NON_STRICT,
    Status.FAIL,
)


def worst(statuses: Iterable[Status]) -> Status:
    """Give the worst of some; of none, NOT-EXERCISED."""
    return max(statuses, key=_BEST_FIRST.index, default=Status.NOT_EXERCISED)
