"""How a session begins, as its client and the log are told, and how long it lasted where it ends for age.

Facts CS-BAN-01, CS-BAN-03 and MX-BAN-02 for the greeting, CS-TO-01 for the end.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from relaylab.domain.endpoint import Endpoint
from relaylab.domain.event import Connected
from relaylab.domain.telling import Telling
from relaylab.rules import milestones, replies
from relaylab.session.turn import Then, Turn

if TYPE_CHECKING:
    from datetime import date, datetime

    from relaylab.session.moment import Moment
    from relaylab.session.party import Party

_MX: Final = Endpoint.MX  # Python 3.11 takes a call to find a name of an enum
_READ_COMMAND: Final = Then.READ_COMMAND
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")  # strftime takes longer than the whole greeting
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TWO_DIGITS: Final = tuple(f"{number:02d}" for number in range(60))  # to look one up takes half as long as to write it


class Begun(Telling):
    """What is told of a session that begins."""

    __slots__ = ("_at", "_party")

    many = 1

    def __init__(self, party: Party, at: datetime) -> None:
        self.session = party.label
        self._party = party
        self._at = at

    def told(self) -> tuple[Connected]:
        """Say who came, and under which id."""
        party = self._party
        return (
            Connected(
                at=self._at,
                session=party.label,
                endpoint=party.endpoint,
                ip=party.peer.address,
                site=party.peer.site,
                session_id=party.names.session_id,
            ),
        )


def begin(party: Party, moment: Moment) -> Turn:
    """Greet, and tell of it: the first turn of a session, which needs none."""
    return Turn(greeting(party, moment), _READ_COMMAND, Begun(party, moment.now))


def connected(party: Party, moment: Moment) -> Connected:
    """Give the event of a session that begins."""
    return Begun(party, moment.now).told()[0]


def greeting(party: Party, moment: Moment) -> bytes:
    """Say who answers, the instant, and the session id where it is shown."""
    return replies.BANNER.write(party.names.host, _date(moment.now), _session(party, moment))


def _date(now: datetime) -> str:
    """Give RFC 5322 form without a leading zero in the day, as Exchange prints it (CS-BAN-03)."""
    return f"{_day(now.date())} {_TWO_DIGITS[now.hour]}:{_TWO_DIGITS[now.minute]}:{_TWO_DIGITS[now.second]} +0000"


@lru_cache(4)  # a day is that of most greetings
def _day(day: date) -> str:
    return f"{_DAYS[day.weekday()]}, {day.day} {_MONTHS[day.month - 1]} {day.year:04d}"


def _session(party: Party, moment: Moment) -> str:
    """Give the session id as the greeting shows it, or nothing."""
    rulebook = moment.rulebook
    shown = rulebook.calendar.has_come(milestones.BANNER_WITH_SESSION_ID.name, moment.now)
    if party.endpoint is _MX:
        shown = shown and rulebook.readings["mx_banner_session_id"] == "present"
    return f" [{party.names.session_id}]" if shown else ""


def duration(seconds: float) -> str:
    """Give ``00:10:01.8904373``: hours, minutes, seconds with seven decimals (CS-TO-01)."""
    whole, ticks = divmod(round(seconds * 10_000_000), 10_000_000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}.{ticks:07d}"
