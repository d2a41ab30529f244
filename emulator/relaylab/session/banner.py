"""When a session began and how long it lasted, in the words of its greeting and of its end for age.

Facts CS-BAN-01, CS-BAN-03 and MX-BAN-02 for the greeting, CS-TO-01 for the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relaylab.domain.endpoint import Endpoint
from relaylab.rules import milestones

if TYPE_CHECKING:
    from datetime import datetime

    from relaylab.session.moment import Moment
    from relaylab.session.party import Party

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")  # strftime takes longer than the whole greeting
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def banner_date(now: datetime) -> str:
    """Give RFC 5322 form without a leading zero in the day, as Exchange prints it (CS-BAN-03)."""
    day, month = _DAYS[now.weekday()], _MONTHS[now.month - 1]
    return f"{day}, {now.day} {month} {now.year:04d} {now.hour:02d}:{now.minute:02d}:{now.second:02d} +0000"


def banner_session(party: Party, moment: Moment) -> str:
    """Give the session id as the greeting shows it, or nothing."""
    rulebook = moment.rulebook
    shown = rulebook.calendar.has_come(milestones.BANNER_WITH_SESSION_ID.name, moment.now)
    if party.endpoint is Endpoint.MX:
        shown = shown and rulebook.readings["mx_banner_session_id"] == "present"
    return f" [{party.names.session_id}]" if shown else ""


def duration(seconds: float) -> str:
    """Give ``00:10:01.8904373``: hours, minutes, seconds with seven decimals (CS-TO-01)."""
    whole, ticks = divmod(round(seconds * 10_000_000), 10_000_000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}.{ticks:07d}"
