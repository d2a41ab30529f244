"""Entra's sign-in log: from which address, and with which program, somebody signed in to send.

Read are the portal's downloads, Graph's answers, and what diagnostic settings write for Azure Monitor. An event that
several of them have counts once. The portal says "Authenticated SMTP" and Graph "SMTP" (fact ADM-REP-04: sources
disagree on the value, both are taken). Other sign-ins are passed over; so is everything of a user that only failed, but
for the fact that it did.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from ipaddress import ip_address
from typing import Final, TypeVar

from relaylab_conformance.inventory import cells
from relaylab_conformance.inventory.cells import CellError, LostError
from relaylab_conformance.inventory.columns import written
from relaylab_conformance.inventory.found import Findings, NoteKind, SignIn
from relaylab_conformance.inventory.origin import Origin
from relaylab_conformance.inventory.rows import Row, squash
from relaylab_conformance.inventory.shapes.addresses import address
from relaylab_conformance.inventory.shapes.shape import Shape, columns

_SMTP: Final = frozenset({"smtp", "authenticatedsmtp", "smtpauth"})
_CLIENT: Final = ("clientapp", "clientappused")
_USER: Final = ("username", "userprincipalname")
_IP: Final = ("ipaddress",)
_ERROR: Final = ("signinerrorcode", "errorcode", "statuserrorcode", "resulttype")
_ID: Final = ("id", "requestid")
_CORRELATION: Final = "correlationid"
_TIME: Final = ("createddatetime", "dateutc", "date", "createddatetimeutc", "timegeneratedutc", "timegenerated", "time")
T = TypeVar("T")
_WITH_PORT: Final = re.compile(r"(?P<four>\d+(?:\.\d+){3}):\d+|\[(?P<six>[0-9A-Fa-f:.]+)\](?::\d+)?")
_WELL: Final = ("succe", "erfolg")  # English and German portals
_MOST_APPS: Final = 5  # shown
_MOST_PROGRAMS: Final = 20  # remembered of one user at one address


def _read(row: Row, found: Findings) -> None:
    found.sign_ins_read.setdefault(row.origin.file, Counter())[str(row.value(*_CLIENT) or "")] += 1
    if squash(str(row.value(*_CLIENT) or "")) not in _SMTP:
        return
    user, where = _known(row, found, address, _USER), _known(row, found, _ip, _IP)
    if user is None or where is None:
        return
    if not _is_first(row, found, user.key, where):
        return
    seen = found.sign_ins.setdefault((user.key, where), SignIn(origin=row.origin))
    error = _error(row, found)
    if error:
        seen.failed += 1
        seen.error = error
        return
    seen.good += 1
    day = _day(row)
    seen.last = max(seen.last, day) if seen.last and day else seen.last or day
    program = row.read(cells.text, "useragent")
    if program and (program in seen.user_agents or len(seen.user_agents) < _MOST_PROGRAMS):
        seen.user_agents[program] += 1


def _is_first(row: Row, found: Findings, user: str, where: str) -> bool:
    """Tell whether another log had the same event: the days of two downloads overlap.

    One that has no id is known by its correlation at one instant, since a correlation holds several events.
    """
    own = row.value(*_ID)
    if own is not None:
        return found.is_first("sign-in", str(own))
    correlation, time = row.value(_CORRELATION), row.value(*_TIME)
    if correlation is None or time is None:
        return True
    return found.is_first("sign-in", str(correlation), str(time), user, where)


def _known(row: Row, found: Findings, kind: Callable[[object], T], names: tuple[str, ...]) -> T | None:
    """Read what a sign-in must say; one that says something else, as a guess at a name does, is left out and noted."""
    column = row.has(*names)
    if column is None or row.value(*names) is None:
        what = "a sign-in without it is left out"
    else:
        try:
            return kind(row.value(*names))
        except (CellError, LostError):
            what = f"a sign-in of which this is no {'IP address' if names is _IP else 'address'} is left out"
    shown = row.columns.get(column or "", written(names[0]))
    found.note(NoteKind.LEFT_OUT, row.origin, shown, what, "look it up in the portal if it is one of your senders")
    return None


def _ip(value: object) -> str:
    written = cells.text(value)
    if with_port := _WITH_PORT.fullmatch(written):
        written = with_port["four"] or with_port["six"]
    try:
        return str(ip_address(written))
    except ValueError:
        raise CellError("is not an IP address") from None


def _code(value: object) -> str:
    return str(value) if isinstance(value, int) else cells.text(value)


def _day(row: Row) -> date | None:
    """Give the day of a sign-in; None where none is said, or it can be read in two ways."""
    try:
        return cells.instant(row.value(*_TIME)).date()
    except (CellError, LostError, cells.UnclearError):
        return None


def _error(row: Row, found: Findings) -> str:
    """Give the error of a sign-in that failed, "" of one that went well."""
    status = row.value("status")
    if isinstance(status, Mapping):
        code = status.get("errorCode", status.get("ErrorCode", 0))
        return str(code) if code not in (0, None, "0") else ""
    code = row.read(_code, *_ERROR)
    if code is not None:
        return code if code not in {"0", "None"} else ""
    try:
        said = cells.text(status).casefold() if status is not None else "success"
    except LostError:
        found.lost(row.origin, row.columns["status"], row.command)
        return ""
    return "" if said.startswith(_WELL) else said


def tell_passed_over(found: Findings) -> None:
    """Say of which logs no row was a sign-in to send: in another language the client app is called otherwise."""
    for file, apps in found.sign_ins_read.items():
        if not any(squash(app) in _SMTP for app in apps):
            shown = ", ".join(f'"{app}"' for app, _ in apps.most_common(_MOST_APPS))
            what = f"all {apps.total()} rows are passed over: none is by Authenticated SMTP, they are by {shown}"
            way_out = "if one of these is it in your language, write Authenticated SMTP for it, or export by Graph"
            found.note(NoteKind.LEFT_OUT, Origin(file), "", what, way_out)


SHAPE: Final = Shape(
    name="sign_ins",
    title="Entra sign-in log",
    command=(
        "Entra admin center > Monitoring > Sign-in logs > Client app: Authenticated SMTP > Download > JSON "
        "(or Get-MgBetaAuditLogSignIn -All -Filter \"signInEventTypes/any(t: t eq 'interactiveUser' or t eq "
        "'nonInteractiveUser')\" | Where-Object ClientAppUsed -in 'SMTP','Authenticated SMTP' | "
        "ConvertTo-Json -Depth 5 | Set-Content signins.json -Encoding utf8)"
    ),
    asks="from which address each of them signs in",
    marks=(
        columns("clientapp", "username", "ipaddress"),
        columns("clientappused", "userprincipalname"),
        columns("clientapp", "signinerrorcode"),
        columns("clientappused", "ipaddress"),
    ),
    needs=(_CLIENT, _USER, _IP),
    read=_read,
)
