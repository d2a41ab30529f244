"""What guides get wrong, found in the text of a world file: names that do not exist, dates that no longer hold."""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from relaylab.rules import sources
from relaylab.rules.acs import sources as acs_sources
from relaylab_conformance.migration.dates import superseded
from relaylab_conformance.planning import citations
from relaylab_conformance.planning.model import GuideError

if TYPE_CHECKING:
    from relaylab.domain.source import Source
    from relaylab.engine.rulebook import Rulebook

_MONTHS: Final = tuple(month_name)[1:]
_MONTH: Final = re.compile(rf"\b({'|'.join(_MONTHS)})\s+(20\d\d)\b", re.IGNORECASE)
_DAY: Final = re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)\b")
_LONGEST: Final = 20_000  # characters of a line that is looked at


@dataclass(frozen=True, slots=True)
class _Kind:
    pattern: re.Pattern[str]
    wrong: str
    instead: str
    source: Source


_KINDS: Final = (
    _Kind(
        re.compile(r"\bGet-AuthenticationReport\b", re.IGNORECASE),
        "there is no such cmdlet",
        "Exchange admin center > Reports > Mail flow > SMTP AUTH clients, and Entra's sign-in log",
        citations.NO_SUCH_REPORT,
    ),
    _Kind(
        re.compile(r"\b(?:Get|New|Set)-HighVolumeMailAccount\b|-HighVolumeMail\b", re.IGNORECASE),
        "there is no such cmdlet or parameter",
        "New-MailUser -HVEAccount, Get-MailUser -HVEAccount",
        citations.NO_SUCH_HVE,
    ),
    _Kind(
        re.compile(r"graph\.microsoft\.com/(?:Mail|SMTP)\.Send", re.IGNORECASE),
        "a token for Graph is not taken over SMTP",
        "SMTP.SendAsApp (application) or SMTP.Send (delegated) of Office 365 Exchange Online; Mail.Send for HVE only",
        citations.SEND_AS_APP,
    ),
    _Kind(
        re.compile(r"SmtpClientAuthenticationDisabled\s+-eq\s+\$false", re.IGNORECASE),
        "it misses $null, which follows the tenant's switch",
        "compare with $true and $null too, and read Get-TransportConfig beside it",
        citations.NULL_IS_NOT_FALSE,
    ),
    _Kind(
        re.compile(r"New-InboundConnector\b(?!.*-SenderDomains)", re.IGNORECASE),
        "it does not run without -SenderDomains",
        "New-InboundConnector -Name NAME -ConnectorType OnPremises -SenderDomains * -SenderIPAddresses ADDRESS",
        citations.NEW_INBOUND_CONNECTOR,
    ),
    _Kind(
        re.compile(r"smtp(?:-hve\.office365\.com|\.hve\.mx\.microsoft)\S*\s*(?::|,|port)\s*25\b", re.IGNORECASE),
        "High Volume Email has no port 25",
        "smtp.hve.mx.microsoft, port 587, STARTTLS",
        citations.HVE_ENDPOINT,
    ),
    _Kind(
        re.compile(r"endpoint=https://\S*communication\.azure\.com", re.IGNORECASE),
        "a connection string is for the REST interface: ACS over SMTP does not take one",
        "the SMTP username, and a client secret of its Entra application",
        citations.NO_CONNECTION_STRING,
    ),
    _Kind(
        re.compile(r"\bH2 2027\b|second half of 2027", re.IGNORECASE),
        "that is when Microsoft will announce the removal, and no date of the removal",
        "plan for the end of December 2026",
        sources.TIMELINE_2026,
    ),
    _Kind(
        re.compile(r"\bHVE\b.*\bQ1 2027\b|\bQ1 2027\b.*\bHVE\b", re.IGNORECASE),
        "the first quarter of 2027 is after the cutover: the sender stands still until then",
        "plan it for a day before the end of December 2026",
        sources.TIMELINE_2026,
    ),
    _Kind(
        re.compile(r"new ACS resource|create an ACS resource", re.IGNORECASE),
        "since 2026-10-23 a customer without Communication Services can make none",
        "use a resource that exists, or another way",
        acs_sources.CLOSED_TO_NEW_CUSTOMERS,
    ),
)


def guide_errors(text: str, rulebook: Rulebook) -> tuple[GuideError, ...]:
    """Look through the text of a world file, line by line."""
    return tuple(
        one for number, line in enumerate(text.split("\n"), 1) for one in _of_line(number, line[:_LONGEST], rulebook)
    )


def _of_line(number: int, line: str, rulebook: Rulebook) -> Iterator[GuideError]:
    for kind in _KINDS:
        if (seen := kind.pattern.search(line)) is not None:
            yield GuideError(
                line=number, found=seen[0].strip(), wrong=kind.wrong, instead=kind.instead, source=kind.source
            )
    _, hash_sign, note = line.partition("#")
    if not hash_sign:
        return
    for found, day in _dates(note):
        for timeline in superseded(rulebook):
            if timeline.names(day):
                yield GuideError(
                    line=number,
                    found=found,
                    wrong=f"a date of the timeline announced in {timeline.announced} ({timeline.promised}), which no "
                    "longer holds",
                    instead="the end of December 2026",
                    source=timeline.source,
                )


def _dates(note: str) -> Iterator[tuple[str, date]]:
    for month in _MONTH.finditer(note):
        yield month[0], date(int(month[2]), _MONTHS.index(month[1].capitalize()) + 1, 1)
    for day in _DAY.finditer(note):
        try:
            yield day[0], date(int(day[1]), int(day[2]), int(day[3]))
        except ValueError:
            continue
