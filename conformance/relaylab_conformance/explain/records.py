"""Explains an event or a message of a run (``--run DIR``) or of an emulator that is serving (``--control URL``)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol

from relaylab.app.world_file.errors import near_miss
from relaylab.domain.clock import parse_instant
from relaylab.domain.source import Source
from relaylab.store.shapes import hop_of
from relaylab_conformance.explain.answer import Explanation, UnknownError, cited, cut, entry
from relaylab_conformance.report.files import EVENTS, MESSAGES
from relaylab_conformance.steering.client import Control, SteeringError

_ATTRIBUTED: Final = "attributed"
_AUTHENTICATED: Final = "authenticated"


class Records(Protocol):
    """Something that has events and messages."""

    def event(self, number: int) -> Mapping[str, Any] | None:
        """Give the event of that number."""
        ...

    def messages(self) -> Sequence[Mapping[str, Any]]:
        """Give every message."""
        ...

    def events_of(self, session: str) -> Sequence[Mapping[str, Any]]:
        """Give the events of one session in their order."""
        ...

    def has_come(self, instant: datetime) -> bool:
        """Tell whether it came that far."""
        ...


@dataclass(frozen=True, slots=True)
class Run:
    """The folder of a certification."""

    folder: Path

    def event(self, number: int) -> Mapping[str, Any] | None:
        """Give the event of that number."""
        return next((event for event in self._lines(EVENTS) if event["seq"] == number), None)

    def messages(self) -> Sequence[Mapping[str, Any]]:
        """Give every message."""
        return self._lines(MESSAGES)

    def events_of(self, session: str) -> Sequence[Mapping[str, Any]]:
        """Give the events of one session in their order."""
        return [event for event in self._lines(EVENTS) if event["session"] == session]

    def has_come(self, instant: datetime) -> bool:
        """Tell whether something happened at an instant or after it."""
        return any(instant <= parse_instant(event["at"]) for event in self._lines(EVENTS))

    def _lines(self, name: str) -> list[Mapping[str, Any]]:
        file = self.folder / name
        try:
            return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        except OSError as error:
            raise UnknownError(f"{file}: {error.strerror}; name the folder that --out of certify wrote") from None
        except ValueError:
            raise UnknownError(f"{file}: is not what certify wrote; certify again into that folder") from None


@dataclass(frozen=True, slots=True)
class Serving:
    """An emulator that is serving."""

    control: Control

    def event(self, number: int) -> Mapping[str, Any] | None:
        """Give the event of that number."""
        found = self._get("/events", after=max(0, number - 1), limit=1)["events"]
        return next((event for event in found if event["seq"] == number), None)

    def messages(self) -> Sequence[Mapping[str, Any]]:
        """Give every message."""
        found: list[Mapping[str, Any]] = []
        after = None
        while True:
            page = self._get("/messages", after=after)
            found += page["messages"]
            after = page["next"]
            if after is None:
                return found

    def events_of(self, session: str) -> Sequence[Mapping[str, Any]]:
        """Give the events of one session in their order."""
        found: list[Mapping[str, Any]] = []
        page = self._get("/events", session=session)
        while page["events"]:
            found += page["events"]
            page = self._get("/events", session=session, after=page["through"])
        return found

    def has_come(self, instant: datetime) -> bool:
        """Tell whether the clock has reached an instant."""
        return instant <= parse_instant(self._get("/clock")["now"])

    def _get(self, path: str, **filters: str | int | None) -> Mapping[str, Any]:
        try:
            return self.control.get(path, **filters)
        except SteeringError as error:
            raise UnknownError(str(error)) from None


def explain_record(what: str, records: Records) -> Explanation | None:
    """Explain an event by its number or a message by its id; None for what is neither."""
    if what.isascii() and what.isdigit():
        event = records.event(int(what))
        return _event(event, records) if event else None
    messages = records.messages()
    message = next((message for message in messages if message["id"] == what), None) or _sent_by(what, messages)
    return _message(message, records) if message else None


def _sent_by(operation: str, messages: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Give the message that an operation is, the last of several; a run of an earlier version does not tell."""
    same = (one for one in reversed(messages) if (one.get("operation") or "").lower() == operation.lower())
    return next(same, None) if operation else None


def unknown(what: str, records: Records) -> UnknownError:
    """Say that there is no such event or message."""
    ids = [str(message["id"]) for message in records.messages()]
    near = near_miss(what, ids)
    there = f"messages: {', '.join(ids[:5])}{' ...' if len(ids) > 5 else ''}" if ids else "it has no messages"
    way_out = f'did you mean "{near}"?' if near else f"events have numbers, from 1 on; {there}"
    return UnknownError(f"{what!r} is no event or message there; {way_out}")


def _event(event: Mapping[str, Any], records: Records) -> Explanation:
    lines = [f"Event {event['seq']}: {event['kind']} at {event['at']}, {event['endpoint']}, session {event['session']}"]
    own = {key: value for key, value in event.items() if key not in _TOLD_APART}
    if event["kind"] == "faulted":
        lines.append(entry("Because", f"fault {own.pop('fault')} ({own.pop('behaviour')}); no rule was asked"))
    because = own.pop("because", ()) if event["kind"] == _AUTHENTICATED else ()
    lines += [entry(_word(key), _text(value)) for key, value in own.items() if value]
    lines += [entry("Because", sentence) for sentence in because]
    if event.get("verdict"):
        lines.append(_verdict(event["verdict"]))
    if event.get("reply"):
        lines.append(entry("Said", _line(event["reply"])))
    if event.get("source"):
        lines.append(entry("Source", cited(Source(**event["source"]))))
    if event.get("operation"):
        lines += _of_an_operation(event, records)
    if event["endpoint"] == _MX and event["kind"] in {"judged", "kept", _ATTRIBUTED}:
        lines += _connectors(event, records)
    return Explanation("\n".join([*lines, *_transcript(event)]), {"kind": "event", "event": event})


def _of_an_operation(event: Mapping[str, Any], records: Records) -> list[str]:
    """Name the message behind an operation, and why the operation failed where it did."""
    message = _sent_by(event["operation"], records.messages())
    if message is None:
        return []
    why = [_verdict(message["verdict"])] if event.get("error") and message["verdict"] else []
    return [entry("Message", message["id"]), *why]


def _message(message: Mapping[str, Any], records: Records) -> Explanation:
    placed = ", ".join(f"{who}: {where}" for who, where in message["placed"].items())
    lines = [
        f"Message {message['id']}: accepted at {message['accepted_at']}, {message['endpoint']}",
        entry("From", str(message["mail_from"] or "<>")),
        entry("To", ", ".join(message["recipients"])),
        entry("Subject", str(message["subject"])),
        entry("Placed", placed),
    ]
    if message.get("operation"):
        lines.append(entry("Operation", message["operation"]))
    lines += _reported(message, records)
    if message["report_of"]:
        lines.append(entry("Report", f"a non-delivery report about {message['report_of']}"))
    if message["verdict"]:
        lines.append(_verdict(message["verdict"]))
    for copy in message["copies"]:
        if copy["verdict"]:
            lines += [entry("Copy", f"{copy['recipient']}: {copy['placed']}"), _verdict(copy["verdict"])]
    lines += _sides(message)
    if message["endpoint"] == _MX and not message["report_of"]:
        kept = [one for one in records.events_of(message["session"]) if one.get("message") == message["id"]]
        lines += _connectors(kept[0], records) if kept else []
    return Explanation("\n".join([*lines, *_transcript(message)]), {"kind": "message", "message": message})


def _reported(message: Mapping[str, Any], records: Records) -> list[str]:
    """Say what delivery reports say, once there are any; a run of an earlier version does not tell."""
    reported = message.get("reported", ())
    if reported and not records.has_come(parse_instant(message["delivered_at"])):
        return [entry("Reported", f"nothing yet; to be reported at {message['delivered_at']}")]
    return [entry("Reported", f"{one['recipient']}: {one['status']} ({one['said']})") for one in reported]


def _sides(message: Mapping[str, Any]) -> list[str]:
    """Say what each side of the recipients gets, and what each judge of the sender found."""
    lines: list[str] = []
    for version in message["versions"]:
        whose = f"{version['side'].replace('_', ' ')}{' ' + version['tenant'] if version['tenant'] else ''}"
        rewritten = f", MAIL FROM {version['mail_from']}" if version["mail_from"] != message["mail_from"] else ""
        who = ", ".join(version["recipients"])
        lines.append(entry("Version", f"{whose}: {who}{rewritten}; {len(version['headers'])} fields of the service"))
    for hop in message["authentication"]:
        found = hop_of(hop)
        lines.append(entry("Sender", found.sentence))
        lines += [entry("Because", sentence) for sentence in found.because if found.receiver]
    return lines


def _connectors(event: Mapping[str, Any], records: Records) -> list[str]:
    """Say whose the message around an event is, and of each connector what the event itself does not tell."""
    told = event["verdict"]["because"] if event.get("verdict") else ()
    found = [one for one in records.events_of(event["session"]) if one["kind"] == _ATTRIBUTED]
    lines: list[str] = []
    for attribution in [one["attribution"] for one in found if one["seq"] <= event["seq"]][-1:]:
        whose = f" of tenant {attribution['tenant']}, by {attribution['basis']}" if attribution["tenant"] else ""
        lines.append(entry("Belongs", f"{attribution['direction']}{whose}"))
        lines += [entry("At risk", risk["sentence"]) for risk in attribution["risks"]]
        lines += [
            entry(
                "Connector",
                f"{one['connector']!r} of tenant {one['tenant']}, {one['connector_type']}: {one['finding']}{_way(one)}",
            )
            for one in attribution["evidence"]
            if not any(because.startswith(_sentence(one)) for because in told)
        ]
    return lines


def _sentence(evidence: Mapping[str, Any]) -> str:
    return f"connector {evidence['connector']!r} of tenant {evidence['tenant']}: {evidence['finding']}"


def _way(evidence: Mapping[str, Any]) -> str:
    """Say what would have made a connector relay the message; a run of an earlier version does not tell."""
    remedy = evidence.get("remedy")
    return f"; to relay by it: {remedy}" if remedy else ""


_MX: Final = "mx"
_COMMON: Final = ("seq", "at", "session", "endpoint", "kind")
_TOLD_APART: Final = (*_COMMON, "verdict", "reply", "source", "transcript", "attribution")


def _verdict(verdict: Mapping[str, Any]) -> str:
    source = Source(**verdict["source"])
    lines = [
        entry("Said", _line(verdict["reply"]) if verdict["reply"] else "(nothing)"),
        entry("Rule", f"{verdict['rule'] or 'none: the default'} (stage {verdict['stage']}, {verdict['effect']})"),
        *(entry("Because", sentence) for sentence in verdict["because"]),
        entry("Source", cited(source)),
    ]
    if verdict["reading"]:
        lines.append(entry("Reading", ", ".join(f"{name}={value}" for name, value in verdict["reading"].items())))
    if verdict["fix"]:
        lines.append(entry("Fix", verdict["fix"]))
    return "\n".join(lines)


def _line(reply: Mapping[str, Any]) -> str:
    return cut(" ".join(filter(None, (str(reply["code"]), reply["enhanced"], reply["text"]))))


def _transcript(record: Mapping[str, Any]) -> list[str]:
    return [entry("Wire", f"transcripts/{record['transcript']}")] if record.get("transcript") else []


def _word(key: str) -> str:
    return key.replace("_", " ").capitalize()


def _text(value: object) -> str:
    """Write a value as people read it, and what has parts of its own as JSON."""
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False)
    return ", ".join(map(_text, value)) if isinstance(value, list) else str(value)
