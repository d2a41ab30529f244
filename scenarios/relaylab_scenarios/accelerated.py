"""The replay of ``relaylab.engine.replay``, as numba compiles it: the same answers, all events at once.

``judged`` is plain Python over arrays, so that it can be tested where numba is not installed; there it is slow.
"""

from __future__ import annotations

from array import array
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from relaylab.engine.replay import REFUSED

if TYPE_CHECKING:
    from relaylab.engine.replay import Events, SubmissionLimits


def is_there() -> bool:
    """Tell whether numba is installed: ``pip install 'relaylab[replay]'``."""
    return find_spec("numba") is not None


def replay(events: Events, limits: SubmissionLimits) -> array[int]:
    """Give what ``Replay(limits).feed(events)`` gives; raise ValueError for events out of order."""
    if not events:
        return array("q")
    numpy = import_module("numpy")
    columns = [numpy.frombuffer(column, column.typecode) for column in (events.at, events.mailbox, events.recipients)]
    if (columns[0][1:] < columns[0][:-1]).any():
        events.expect_order(events.at[0])  # which says so
    count, mailboxes = len(events), int(columns[1].max()) + 1
    delivered = numpy.empty(count, "q")
    starts, order, kept = numpy.zeros(mailboxes + 1, "q"), numpy.empty(count, "i"), numpy.empty(count, "i")
    _compiled()(*columns, starts, order, kept, numpy.empty(limits.messages, "q"), _words(limits), delivered)
    return array("q", delivered.tobytes())


def replay_plainly(events: Events, limits: SubmissionLimits) -> array[int]:
    """Do the same without numba."""
    count, mailboxes = len(events), max(events.mailbox, default=-1) + 1
    delivered, starts = array("q", [0]) * count, array("q", [0]) * (mailboxes + 1)
    order, kept, newest = array("i", [0]) * count, array("i", [0]) * count, array("q", [0]) * limits.messages
    columns = (events.at, events.mailbox, events.recipients)
    judged(*columns, starts, order, kept, newest, _words(limits), delivered)
    return delivered


def _words(limits: SubmissionLimits) -> tuple[int, int, int, int]:
    return limits.recipients, limits.recipient_span, limits.message_span, limits.longest_queue


_made: list[Any] = []


def _compiled() -> Any:  # noqa: ANN401 - numba has no types
    """Compile it once a process, which takes about a second."""
    if not _made:
        _made.append(import_module("numba").njit(judged))
    return _made[0]


def judged(  # noqa: PLR0913, PLR0917 - numba takes no keywords; the columns, room for work, the limits, the answers
    at: Any,  # noqa: ANN401 - arrays of either kind, here and below
    mailbox: Any,  # noqa: ANN401
    recipients: Any,  # noqa: ANN401
    starts: Any,  # noqa: ANN401
    order: Any,  # noqa: ANN401
    kept: Any,  # noqa: ANN401
    newest: Any,  # noqa: ANN401
    limits: tuple[int, int, int, int],
    delivered: Any,  # noqa: ANN401
) -> None:
    """Write into ``delivered`` what becomes of each message.

    ``order`` takes the messages mailbox by mailbox, ``starts`` where each begins; of ``kept``, the part between two
    heads is the window of the day; ``newest`` is a ring of the last deliveries, as many as a minute takes.
    """
    most, span, message_span, longest_queue = limits
    mailboxes, per_minute = len(starts) - 1, len(newest)
    for box in mailbox:
        starts[box + 1] += 1
    for box in range(mailboxes):
        starts[box + 1] += starts[box]
    for place in range(len(at)):
        box = mailbox[place]
        order[starts[box]] = place
        starts[box] += 1  # it ends where the next one begins
    begin = 0
    for box in range(mailboxes):
        first, behind, total, taken = begin, begin, 0, 0
        for nth in range(begin, starts[box]):
            place = order[nth]
            now, amount = at[place], recipients[place]
            while first < behind and at[kept[first]] <= now - span:
                total -= recipients[kept[first]]
                first += 1
            if total + amount > most:
                delivered[place] = REFUSED
                continue
            kept[behind] = place
            behind += 1
            total += amount
            delivered[place] = now
            if taken >= per_minute:
                earlier = newest[taken % per_minute]
                if earlier - now > longest_queue:
                    continue
                delivered[place] = max(now, earlier + message_span)
            newest[taken % per_minute] = delivered[place]
            taken += 1
        begin = starts[box]
