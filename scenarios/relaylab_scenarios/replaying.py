"""Months of messages against the limits of client submission, in seconds: which are refused, which come late.

Two engines give the same answers: the exact one, in pieces, through the windows of the live server, and where numba is
installed an accelerated one, for all events at once.
"""

from __future__ import annotations

import hashlib
import sys
from array import array
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from relaylab.engine.replay import REFUSED, Events, Replay, SubmissionLimits
from relaylab.rules import limits
from relaylab_scenarios import accelerated

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ENGINES", "REFUSED", "SUBMISSION", "Events", "Replay", "VerdictHash", "engine"]

_MICROSECOND: Final = timedelta(microseconds=1)
SUBMISSION: Final = SubmissionLimits(
    recipients=limits.RECIPIENTS_PER_DAY,
    recipient_span=limits.RECIPIENT_WINDOW // _MICROSECOND,
    messages=limits.MESSAGES_PER_MINUTE,
    message_span=limits.MESSAGE_WINDOW // _MICROSECOND,
    longest_queue=limits.LONGEST_QUEUE // _MICROSECOND,
)


class VerdictHash:
    """One number for all verdicts of a replay: engines that agree have the same, whatever the pieces were."""

    def __init__(self) -> None:
        """Begin with no verdict."""
        self._hash = hashlib.sha256()

    def add(self, delivered: array[int]) -> None:
        """Take the verdicts of a piece."""
        if sys.byteorder == "big":
            delivered = array("q", delivered)
            delivered.byteswap()
        self._hash.update(delivered.tobytes())

    def __str__(self) -> str:
        """Write it down."""
        return self._hash.hexdigest()


def _exact(events: Events) -> array[int]:
    return Replay(SUBMISSION).feed(events)


def _accelerated(events: Events) -> array[int]:
    return accelerated.replay(events, SUBMISSION)


ENGINES: Final = ("exact", "numba")


def engine(name: str | None = None) -> Callable[[Events], array[int]]:
    """Give an engine by name, or the fastest there is; raise ValueError where it is not installed."""
    if name == "numba" and not accelerated.is_there():
        raise ValueError("numba is not installed; pip install 'relaylab[replay]', or take the engine exact")
    return _accelerated if name == "numba" else _exact
