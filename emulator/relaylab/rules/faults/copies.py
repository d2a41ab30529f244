"""Copies that were accepted and meet a bad end: what a delivery report then says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relaylab.domain.fault import Behaviour, Step
from relaylab.rules import replies
from relaylab.rules.acs import sources
from relaylab.rules.faults.conduct import Conduct, Kind

if TYPE_CHECKING:
    from relaylab.domain.reply import ReplyTemplate

_WORDS: Final = ("code", "enhanced", "text", "says")


def _ends(behaviour: Behaviour, sentence: str, reply: ReplyTemplate | None = None) -> Conduct:
    """Make a row; ``reply`` is what the recipient's side says, None where it says yes."""
    return Conduct(
        behaviour=behaviour,
        kind=Kind.COPY,
        sentence=sentence,
        source=sources.SAID_OF_A_COPY if reply else sources.ENDS_OF_A_COPY,
        takes=_WORDS if reply else (),
        steps=frozenset({Step.COPY}),
        step=Step.COPY,
        reply=reply,
    )


COPIES: Final = (
    _ends(
        Behaviour.FILTEREDSPAM,
        "Has a recipient's side refuse an accepted copy as spam: its delivery report says FilteredSpam.",
        replies.COPY_IS_SPAM,
    ),
    _ends(
        Behaviour.QUARANTINED,
        "Has a recipient's side put an accepted copy in quarantine: its delivery report says Quarantined.",
    ),
    _ends(
        Behaviour.DELIVERYFAILED,
        "Has an accepted copy fail for another reason than a hard bounce: its delivery report says Failed.",
        replies.COPY_FINDS_NO_ROOM,
    ),
)
