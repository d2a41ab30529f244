"""Who talks to whom in one session: what stays the same from the greeting to the end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from relaylab.domain.endpoint import Endpoint
from relaylab.domain.noun import noun
from relaylab.domain.randomness import Randomness
from relaylab.domain.reply import Reply, Trailer, TrailerStyle, render, untrailed
from relaylab.rules import milestones

if TYPE_CHECKING:
    from relaylab.domain.peer import Peer
    from relaylab.domain.randomness import Chance
    from relaylab.domain.reply import SessionNames
    from relaylab.session.moment import Moment

_UNSEEDED: Final = Randomness(0)
_NONE: Final = Trailer.NONE  # Python 3.11 takes a call to find a name of an enum
_MAILBOX_SERVER: Final = Trailer.MAILBOX_SERVER
_ABSENT: Final = TrailerStyle.ABSENT


@noun()
class Party:
    """One connection: its door, its client, its server names and its own dice.

    ``label`` is the session's name in relaylab (``s-000042``); ``tarpit`` holds slow replies back as the service does;
    ``on_legacy_host`` is true at smtp-legacy.office365.com, which speaks as the main host does (sources.LEGACY_HOST).
    ``listener`` and ``host`` are the word of the listener and the name that it stands for, by which faults are told
    where they act; their dice are ``randomness``.
    """

    label: str
    endpoint: Endpoint
    peer: Peer
    names: SessionNames
    chance: Chance
    tarpit: bool = False
    on_legacy_host: bool = False
    listener: str = ""
    host: str = ""
    randomness: Randomness = _UNSEEDED

    def message_id(self, number: int) -> str:
        """Give the id in relaylab of the message that is so many among those the session takes, counted from 1."""
        return f"{self.label}-{number}"

    def render(self, reply: Reply, moment: Moment, *, late: float = 0.0) -> bytes:
        """Write a reply as it goes on the wire, ``late`` seconds after this moment (CS-CMD-13: that is its stamp)."""
        kind = reply.template.trailer
        if kind is _NONE:
            return untrailed(reply)
        if kind is _MAILBOX_SERVER:  # the same in every style
            return render(reply, self.names, moment.now, _ABSENT)
        style = trailer_style(moment, self.endpoint)
        return render(reply, self.names, moment.now + timedelta(seconds=late), style)


def trailer_style(moment: Moment, endpoint: Endpoint) -> TrailerStyle:
    """Give the form that front-end trailers have at this instant, at this door."""
    if endpoint is Endpoint.HVE and moment.rulebook.readings["hve_trailer"] == "absent":
        return TrailerStyle.ABSENT
    full = moment.rulebook.calendar.has_come(milestones.TRAILERS_WITH_TIME.name, moment.now)
    return TrailerStyle.SERVER_TIME_SESSION if full else TrailerStyle.SERVER_ONLY
