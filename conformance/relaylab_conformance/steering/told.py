"""What the control plane answers, as lines for people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from relaylab.domain.clock import parse_instant
from relaylab.domain.message import Placement

Json = Mapping[str, Any]

_BELOW: Final = " " * 8
_LONGEST: Final = 160  # characters of a reply in a line


def clock_line(clock: Json) -> str:
    """Say where the clock stands, and how."""
    rate = clock["rate"]
    runs = "runs as yours does" if rate == 1 else f"runs, {rate:g} seconds a second"
    return f"{_instant(clock['now'])}, {'stands still' if clock['frozen'] else runs}"


def status_lines(url: str, status: Json, ready: Json) -> Iterator[str]:
    """Say how it stands."""
    yield f"relaylab {status['version']} at {url}"
    yield f"  clock       {clock_line(status['clock'])}"
    yield f"  world       {', '.join(status['tenants'])} (revision {status['revision']})"
    yield f"  seed        {status['seed']}"
    if status["phase"]:
        yield f"  phase       {status['phase']}"
    for name, at in status["milestones"].items():
        yield f"  milestone   {name}={at or 'never'}"
    yield f"  mail        {status['messages']} kept{_dropped(status['dropped_messages'])}"
    dropped = _dropped(status["dropped_events"])
    yield f"  events      {status['events']}, the last has the number {status['last_event']}{dropped}"
    yield f"  open        {status['connections']} SMTP connections"
    for fault in status["faults"]:
        where = ", ".join(f"{key} {value}" for key, value in fault["scope"].items()) or "everywhere"
        how = f"{fault['state']}, has acted {fault['used']} times"
        yield f"  fault       {fault['id']} {fault['behaviour']}: {where}, {how}"
    yield f"  snapshots   {status['snapshots']}"
    yield f"  trust       {status['ca_file']}"
    for one in ready["listeners"]:
        of_site = f" as site {one['site']}" if one["site"] else ""
        said = f"ready, {one['tls'] or 'without TLS'}" if one["ready"] else f"NOT READY: {one['why']}"
        yield f"  {one['listener']:18} {one['host']}:{one['port']}{of_site}  {said}"


def _dropped(count: int) -> str:
    return f", {count} older ones dropped to make room" if count else ""


def acs_lines(resources: Sequence[Json]) -> Iterator[str]:
    """Say where each Azure Communication Services resource answers, and its keys."""
    if not resources:
        yield "no resource answers: the world has none, or HTTPS is off"
    for one in resources:
        yield f"{one['name']} of {one['tenant']}, {one['host_name']}"
        yield f"  connection  {one['connection_string']}"
        yield f"  primary     {one['primary_key']}"
        yield f"  secondary   {one['secondary_key']}"


def message_line(message: Json) -> str:
    """Say in a line what a message is."""
    to = ", ".join(message["recipients"])
    subject = message["subject"] or "(no subject)"
    return f"{message['id']}  {_instant(message['accepted_at'])}  {message['mail_from'] or '<>'} -> {to}  {subject}"


def message_lines(message: Json, attachments: Json, now: str) -> Iterator[str]:
    """Say all that is known of a message at an instant, its content apart."""
    is_to_come = parse_instant(now) < parse_instant(message["delivered_at"])
    yield message_line(message)
    yield f"  at          {message['endpoint']}, session {message['session']}, site {message['site'] or '(none)'}"
    yield f"  delivered   {_delivered(message, is_to_come=is_to_come)}"
    yield f"  size        {message['size']} octets"
    if message.get("operation"):
        yield f"  operation   {message['operation']}"
    for who, where in message["placed"].items():
        yield f"  placed      {who}: {where}"
    if is_to_come and message["reported"]:
        yield f"  reported    nothing yet; to be reported at {_instant(message['delivered_at'])}"
    for one in () if is_to_come else message["reported"]:
        yield f"  reported    {one['recipient']}: {one['status']} ({one['said']})"
    if message["report_of"]:
        yield f"  report      about {message['report_of']}"
    for one in attachments["attachments"]:
        name = one["name"] or "(no name)"
        yield f"  attachment  {one['number']}: {name}, {one['content_type']}, {one['size']} octets"
    if message["verdict"]:
        yield f"  verdict     {_verdict(message['endpoint'], message['verdict'])}"


def _delivered(message: Json, *, is_to_come: bool) -> str:
    """Say when a message is delivered; one of which no copy is placed never is."""
    places = set(message["placed"].values())
    if places == {Placement.NONE.value}:
        return "to nobody: no copy was placed"
    return f"not yet, but at {_instant(message['delivered_at'])}" if is_to_come else _instant(message["delivered_at"])


def event_lines(event: Json) -> Iterator[str]:
    """Say in a line what happened; of an attribution, in one more line for each connector."""
    head = f"{event['seq']:>6}  {_instant(event['at'])}  {event['session']}  {event['endpoint']}  {event['kind']}"
    yield f"{head}  {_happened(event)}".rstrip()
    if event["kind"] == "attributed":
        yield from _of_connectors(event["attribution"])


def _happened(event: Json) -> str:  # noqa: PLR0911 - one line a kind
    match event["kind"]:
        case "judged":
            return f"{event['command']} -> {_verdict(event['endpoint'], event['verdict'])}"
        case "answered":
            return f"{event['command']} -> {_reply(event['reply'])}"
        case "faulted":
            said = _reply(event["reply"]) if event["reply"] else event["did"]
            return f"{event['command']} -> {said}  [fault {event['fault']} ({event['behaviour']})]"
        case "bad_input":
            return f"{event['what']} -> {_reply(event['reply'])}"
        case "attributed":
            return _attributed(event["attribution"])
        case "authenticated":
            return _authenticated(event)
        case _:
            own = {key: value for key, value in event.items() if key not in _COMMON}
            return ", ".join(f"{key} {_plain(value)}" for key, value in own.items() if value not in (None, [], ""))


def _attributed(attribution: Json) -> str:
    by = f", connector {attribution['connector']!r} by {attribution['basis']}" if attribution["connector"] else ""
    risk = ", at risk" if attribution["risks"] else ""
    return f"{attribution['direction']}, tenant {attribution['tenant'] or '(none)'}{by}{risk}"


def _of_connectors(attribution: Json) -> Iterator[str]:
    """Say of each risk and each connector a line, below the event's."""
    for risk in attribution["risks"]:
        yield f"{_BELOW}at risk: {risk['sentence']}"
    for one in attribution["evidence"]:
        mark = "decided" if one["decided"] else "not this"
        whose = f"{one['connector']!r} of tenant {one['tenant']}, {one['connector_type']}"
        yield f"{_BELOW}{mark}: connector {whose}: {one['finding']}"


def _authenticated(event: Json) -> str:
    where = f"{event['hop']} {event['receiver']}".rstrip()
    results = (("spf", event["spf"]), ("dkim", _plain(event["dkim"])), ("dmarc", event["dmarc"]))
    found = ", ".join(f"{name}={said or 'none'}" for name, said in (*results, ("compauth", event["compauth"])))
    return f"{event['message']} at {where} for {event['ip']}: {found}"


_COMMON: Final = ("seq", "at", "session", "endpoint", "kind")


def _verdict(endpoint: str, verdict: Json) -> str:
    """Write a verdict as `relaylab serve` does."""
    said = _reply(verdict["reply"]) if verdict["reply"] else verdict["effect"]
    why = verdict["rule"] or f"{endpoint}.{verdict['stage']}: default"
    return f"{said}  [{why}]"


def _reply(reply: Json) -> str:
    line = " ".join(filter(None, (str(reply["code"]), reply["enhanced"], reply["text"])))
    return line if len(line) <= _LONGEST else line[: _LONGEST - 3] + "..."


def _plain(value: object) -> str:
    """Write a value as people read it, and what has parts of its own as JSON."""
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False)
    return ", ".join(map(_plain, value)) if isinstance(value, list) else str(value)


def _instant(text: str) -> str:
    """Leave fractions of a second out."""
    whole, point, _ = text.partition(".")
    return f"{whole}Z" if point else text
