"""Server names and session ids as Exchange Online forms them, drawn from the number of the session.

Facts CS-SFX-06 to CS-SFX-08 for submission, MX-FMT-01, MX-FMT-02 and MX-GAP-02 for the MX
(the id is inferred: sources.MX_SESSION_IDS). Those of High Volume Email are not public: sources.HVE_GENERAL.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from relaylab.domain.endpoint import Endpoint
from relaylab.domain.reply import SessionNames
from relaylab.rules import milestones

if TYPE_CHECKING:
    from relaylab.engine.milestones import Calendar

_MX: Final = Endpoint.MX  # Python 3.11 takes a call to find a name of an enum
_TICKS_BEGIN: Final = datetime(1, 1, 1, tzinfo=UTC)
_SITES: Final = (  # three-letter site and forest, its domain as it is spelt
    ("DS7PR03", "namprd03.prod.outlook.com"),
    ("BN9PR03", "namprd03.prod.outlook.com"),
    ("AM8P194", "EURP194.PROD.OUTLOOK.COM"),
    ("FR5P281", "DEUP281.PROD.OUTLOOK.COM"),
    ("VI1PR04", "eurprd04.prod.outlook.com"),
    ("SY5P282", "AUSP282.PROD.OUTLOOK.COM"),
)
_EDGES: Final = (  # site, and the domain of its region
    ("DB1", "eurprd02.prod.outlook.com"),
    ("AM4", "eurprd04.prod.outlook.com"),
    ("SA2", "namprd02.prod.outlook.com"),
    ("SJ5", "namprd04.prod.outlook.com"),
)
_OLD_EDGES: Final = (("DB5", "EUR01"), ("DM6", "NAM04"), ("BL2", "NAM06"), ("ME3", "AUS01"))  # until 2022: site, region


def session_id(started: datetime, number: int) -> str:
    """Give 16 hexadecimal digits: the .NET ticks (100 ns since year 1) of the server's start, plus a counter."""
    return f"{_ticks(started) + number:016X}"


@lru_cache(64)  # all sessions of a server share its start
def _ticks(instant: datetime) -> int:
    since = instant - _TICKS_BEGIN
    return (since.days * 86_400 + since.seconds) * 10_000_000 + since.microseconds * 10


def session_names(endpoint: Endpoint, number: int, session: str, now: datetime, calendar: Calendar) -> SessionNames:
    """Draw the names of a session that begins at ``now``; each draw leaves the rest of ``number`` to the next."""
    number, drawn = divmod(number, len(_SITES) * 10_000)  # two draws: it is long, and a division takes its length
    server, site = divmod(drawn, len(_SITES))
    place, domain = _SITES[site]
    backend = f"{place}MB{server:04d}.{domain}"
    if endpoint is _MX:
        renamed = calendar.has_come(milestones.MX_FRONT_ENDS_RENAMED.name, now)
        label, domain = _edge(number) if renamed else _old_edge(number)
        return SessionNames(f"{label}.mail.protection.outlook.com", f"{label}.{domain}", backend, session)
    front = f"{place}CA{number % 10_000:04d}"
    return SessionNames(f"{front}.outlook.office365.com", f"{front}.{domain}", backend, session)


def _edge(number: int) -> tuple[str, str]:
    """Draw a front end of the MX and its domain: ``DB1PEPF000509F9``, ``eurprd02.prod.outlook.com``."""
    number, region = divmod(number % (16**5 * len(_EDGES)), len(_EDGES))
    site, domain = _EDGES[region]
    return f"{site}PEPF{number:08X}", domain


def _old_edge(number: int) -> tuple[str, str]:
    """Draw one as it was until 2022: ``DB5EUR01FT088``, ``eop-EUR01.prod.protection.outlook.com``."""
    number, place = divmod(number, len(_OLD_EDGES))
    site, region = _OLD_EDGES[place]
    return f"{site}{region}FT{number % 1_000:03d}", f"eop-{region}.prod.protection.outlook.com"
