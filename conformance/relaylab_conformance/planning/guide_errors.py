"""What guides get wrong, found in the text of a world file: names that do not exist, dates that no longer hold."""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from relaylab.domain.connector import ConnectorType
from relaylab.rules import sources
from relaylab.rules.acs import sources as acs_sources
from relaylab_conformance.inventory.world_text.blocks import numbered, split
from relaylab_conformance.migration.dates import superseded
from relaylab_conformance.planning import citations
from relaylab_conformance.planning.model import GuideError

if TYPE_CHECKING:
    from relaylab.domain.source import Source
    from relaylab.engine.rulebook import Rulebook

_MONTHS: Final = {name.lower()[:3]: number for number, name in enumerate(month_name) if name}
_NAMED: Final = re.compile(
    r"\b(Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|"
    r"Nov(?:ember)?|Dec(?:ember)?)\.?\s+(?:([0-3]?\d)(?:st|nd|rd|th)?,?\s+)?(20\d\d)\b",
    re.IGNORECASE,
)
_DAY: Final = re.compile(r"\b(20\d\d)[-/](\d\d)[-/](\d\d)\b")
_LONGEST: Final = 20_000  # characters of a line that is looked at
_HVE: Final = r"\b(?:HVE|High Volume Email)\b"


@dataclass(frozen=True, slots=True)
class _Kind:
    """An error: what shows it, what comes of it, why it is one, and what is right."""

    pattern: re.Pattern[str]
    symptom: str
    wrong: str
    instead: str
    source: Source


_KINDS: Final = (
    _Kind(
        re.compile(r"\bGet-AuthenticationReport\b", re.IGNORECASE),
        "PowerShell says that the term is not recognized",
        "there is no such cmdlet",
        "Exchange admin center > Reports > Mail flow > SMTP AUTH clients, and Entra's sign-in log",
        citations.NO_SUCH_REPORT,
    ),
    _Kind(
        re.compile(
            r"\b(?:Get|New|Set)-HighVolumeMailAccount\b|-HighVolumeMail\b|\b(?:Get|Set)-HveAccount\b", re.IGNORECASE
        ),
        "PowerShell says that the term or the parameter is not recognized",
        "there is no such cmdlet or parameter",
        "New-MailUser -HVEAccount, Get-MailUser -HVEAccount, Set-HVEAccountSettings, Add-HVEAppAccess",
        citations.NO_SUCH_HVE,
    ),
    _Kind(
        re.compile(r"graph\.microsoft\.com/(?:Mail|SMTP)\.Send", re.IGNORECASE),
        "the token is given, and SMTP answers 535 5.7.3",
        "a token for Graph is not taken over SMTP",
        "SMTP.SendAsApp (application) or SMTP.Send (delegated) of Office 365 Exchange Online; Mail.Send for HVE only",
        citations.SEND_AS_APP,
    ),
    _Kind(
        re.compile(rf"^(?!.*{_HVE})(?!.*graph\.microsoft\.com)(?=.*\bSMTP\b).*?\bMail\.Send\b", re.IGNORECASE),
        "the token is given, and SMTP answers 535 5.7.3",
        "Mail.Send is not the permission for SMTP, but that of Graph and of High Volume Email",
        "SMTP.SendAsApp (application) or SMTP.Send (delegated) of Office 365 Exchange Online",
        citations.SEND_AS_APP,
    ),
    _Kind(
        re.compile(r"SmtpClientAuthenticationDisabled\s+-eq\s+\$false", re.IGNORECASE),
        "senders that work are not on the list",
        "it misses $null, which follows the tenant's switch",
        "compare with $true and $null too, and read Get-TransportConfig beside it",
        citations.NULL_IS_NOT_FALSE,
    ),
    _Kind(
        re.compile(r"New-InboundConnector\b(?!.*-SenderDomains)", re.IGNORECASE),
        "PowerShell asks for SenderDomains, and a script stands still",
        "it does not run without -SenderDomains",
        "New-InboundConnector -Name NAME -ConnectorType OnPremises -SenderDomains * -SenderIPAddresses ADDRESS",
        citations.NEW_INBOUND_CONNECTOR,
    ),
    _Kind(
        re.compile(
            r"(?:New|Set)-InboundConnector\b(?=.*-ConnectorType\s+OnPremises).*-RequireTls\s+\$true", re.IGNORECASE
        ),
        "mail in clear text is relayed all the same",
        "RequireTls does nothing on an OnPremises connector",
        "leave it out; who must not send in clear text needs TlsSenderCertificateName, or a setting of the sender",
        sources.REQUIRE_TLS,
    ),
    _Kind(
        re.compile(r"smtp(?:-hve\.office365\.com|\.hve\.mx\.microsoft)\S*\s*(?::|,|port)\s*25\b", re.IGNORECASE),
        "nobody answers",
        "High Volume Email has no port 25",
        "smtp.hve.mx.microsoft, port 587, STARTTLS",
        citations.HVE_ENDPOINT,
    ),
    _Kind(
        re.compile(rf"{_HVE}.*\b(?:(?:is|for) free|free of charge|costs? nothing|per message)\b", re.IGNORECASE),
        "the bill is higher than planned",
        "since 2026-06-01 High Volume Email is billed by recipient, once groups are expanded",
        "count recipients behind groups; the plan says what they cost",
        sources.HVE_BILLING,
    ),
    _Kind(
        re.compile(r"endpoint=https://\S*communication\.azure\.com", re.IGNORECASE),
        "535, whatever is typed",
        "a connection string is for the REST interface: ACS over SMTP does not take one",
        "the SMTP username, and a client secret of its Entra application",
        citations.NO_CONNECTION_STRING,
    ),
    _Kind(
        re.compile(r"\bH2 2027\b|second half of 2027", re.IGNORECASE),
        "the sender stops months before its owner expects it",
        "that is when Microsoft will announce the removal, and no date of the removal",
        "plan for the end of December 2026",
        sources.TIMELINE_2026,
    ),
    _Kind(
        re.compile(rf"{_HVE}.*\bQ1 2027\b|\bQ1 2027\b.*{_HVE}", re.IGNORECASE),
        "the sender is refused from the cutover until the work is done",
        "the first quarter of 2027 is after the cutover: the sender stands still until then",
        "plan it for a day before the end of December 2026",
        sources.TIMELINE_2026,
    ),
    _Kind(
        re.compile(r"\bQ4 2026\b", re.IGNORECASE),
        "most days of the quarter leave no buffer, and its last is after the cutover",
        "60 days before the end of December 2026 are the first days of November, not the end of the quarter",
        "plan it for October 2026 or, where that has passed, for now",
        sources.TIMELINE_2026,
    ),
    _Kind(
        re.compile(r"new ACS resource|create an ACS resource", re.IGNORECASE),
        "Azure refuses to make the resource",
        "since 2026-10-23 a customer without Communication Services can make none",
        "use a resource that exists, or another way",
        acs_sources.CLOSED_TO_NEW_CUSTOMERS,
    ),
)
_ON_PREMISES: Final = next(one for one in _KINDS if one.source is sources.REQUIRE_TLS)


def guide_errors(text: str, rulebook: Rulebook) -> tuple[GuideError, ...]:
    """Look through the text of a world file, line by line, and through its connectors."""
    of_lines = (
        one for number, line in enumerate(text.split("\n"), 1) for one in _of_line(number, line[:_LONGEST], rulebook)
    )
    return tuple(sorted((*of_lines, *_of_connectors(text)), key=lambda one: one.line))


def _of_line(number: int, line: str, rulebook: Rulebook) -> Iterator[GuideError]:
    for kind in _KINDS:
        if (seen := kind.pattern.search(line)) is not None:
            yield _error(number, seen[0].strip().lstrip("# "), kind)
    _, hash_sign, note = line.partition("#")
    if not hash_sign:
        return
    for found, day in _dates(note):
        for timeline in superseded(rulebook):
            if timeline.names(day):
                yield GuideError(
                    line=number,
                    found=found,
                    symptom="the date passes and nothing happens, so that the danger is thought over",
                    wrong=f"a date of the timeline announced in {timeline.announced} ({timeline.promised}), which no "
                    "longer holds",
                    instead="the end of December 2026",
                    source=timeline.source,
                )


def _of_connectors(text: str) -> Iterator[GuideError]:
    """A connector of the world as guides set it."""
    for line, block, one in numbered(split(text.replace("\r\n", "\n")) if text else ()):
        if block.path != ("tenant", "inbound_connector") or one.key != "require_tls" or one.value is not True:
            continue
        if block.value("connector_type") == ConnectorType.ON_PREMISES.value:
            yield _error(line, "require_tls = true", _ON_PREMISES)


def _error(line: int, found: str, kind: _Kind) -> GuideError:
    return GuideError(
        line=line, found=found, symptom=kind.symptom, wrong=kind.wrong, instead=kind.instead, source=kind.source
    )


def _dates(note: str) -> Iterator[tuple[str, date]]:
    for named in _NAMED.finditer(note):
        month = _MONTHS[named[1].lower()[:3]]
        yield from _date(named[0], int(named[3]), month, int(named[2] or 1))
    for day in _DAY.finditer(note):
        yield from _date(day[0], int(day[1]), int(day[2]), int(day[3]))


def _date(found: str, year: int, month: int, day: int) -> Iterator[tuple[str, date]]:
    try:
        yield found, date(year, month, day)
    except ValueError:
        return
