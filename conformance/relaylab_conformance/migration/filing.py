"""Puts what happened in the order of the report, and gives everything in it a name of its own.

An emulator counts from one again after each reset. In a run, sessions are numbered in the order of the report, and
events are counted through, so that ``relaylab explain`` can be asked about each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from relaylab.domain.clock import iso
from relaylab.store import as_json, message_json
from relaylab_conformance.report.transcript import transcript

if TYPE_CHECKING:
    from relaylab.store.shapes import MessageShape
    from relaylab_conformance.migration.replay import Replay
    from relaylab_conformance.migration.trial import Trial

Place = tuple[int, datetime, str]
"""What names a cell: the sender's number, the date, the method."""

_LONGEST: Final = 60  # characters of a sender's name in a file name
_SIGNATURE: Final = re.compile(r"(?:DKIM-Signature|ARC-Seal|ARC-Message-Signature):")
_SIGNED_OCTETS: Final = re.compile(r"(?<=[;\s])b=[^;]*\Z")
_NAMES: Final = ("session", "id", "message", "about", "report_of")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """One delivery with the names of its evidence: its transcript, its first event, its messages."""

    trial: Trial
    replay: Replay
    transcript: str
    first_event: int
    messages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Files:
    """The evidence of a whole run; the deliveries of a cell are those under each reading it was tried under."""

    deliveries: Mapping[Place, tuple[Filed, ...]]
    transcripts: Mapping[str, str]
    events: tuple[Mapping[str, object], ...]
    messages: tuple[Mapping[str, object], ...]


def file_away(made: Iterable[tuple[Trial, Replay]]) -> Files:
    """Number and name what was made, in the order of the report."""
    deliveries: dict[Place, tuple[Filed, ...]] = {}
    transcripts: dict[str, str] = {}
    events: list[Mapping[str, object]] = []
    messages: list[Mapping[str, object]] = []
    count = 0
    for trial, replay in sorted(made, key=lambda one: one[0].order):
        name = _name(trial)
        labels = dict.fromkeys(event.session for event in replay.evidence.events)
        sessions = {label: f"{label[0]}-{number:06d}" for number, label in enumerate(labels, count + 1)}
        count += len(sessions)
        kept = [_renamed(_unsigned(message_json(message)), sessions) for message in replay.evidence.messages]
        filed = Filed(
            trial=trial,
            replay=replay,
            transcript=name,
            first_event=len(events) + 1,
            messages=tuple(str(message["id"]) for message in kept),
        )
        deliveries[trial.place] = (*deliveries.get(trial.place, ()), filed)
        transcripts[name] = transcript(replay.sessions, _heading(trial, sessions.values()))
        for event in replay.evidence.events:
            events.append(_renamed(as_json(event, len(events) + 1), sessions) | {"transcript": name})
        messages += [message | {"transcript": name} for message in kept]
    return Files(deliveries, transcripts, tuple(events), tuple(messages))


def _name(trial: Trial) -> str:
    """Name a transcript so that every file system takes it and no two are alike, whatever the sender is called."""
    sender = re.sub(r"[^a-z0-9]+", "-", trial.sender.name.lower()).strip("-")[:_LONGEST]
    at = iso(trial.leg.at).removesuffix("T00:00:00Z").replace(":", "")
    words = (f"{trial.number:02d}", sender, at, trial.method, *trial.reading.values())
    return "_".join(filter(None, words)) + ".txt"


def _heading(trial: Trial, sessions: Iterable[str]) -> list[str]:
    sender, site = trial.sender, trial.leg.world.site(trial.sender.site) if trial.sender.site else None
    place = f"site {site.name}, {' and '.join(map(str, site.addresses))}" if site else "no site"
    readings = "".join(f", {name}={value}" for name, value in trial.reading.items())
    return [
        f"{sender.name} by {trial.method} at {iso(trial.leg.at)}{readings}",
        f"session {' and '.join(sessions) or 'none'}, profile {sender.profile}, {place}",
    ]


def _unsigned(message: MessageShape) -> dict[str, object]:
    """Take out of a message the octets of its signatures: each run has keys of its own, and is to write the same."""
    versions = [version | {"headers": _emptied(version["headers"])} for version in message["versions"]]
    return dict(message) | {"headers": _emptied(message["headers"]), "versions": versions}


def _emptied(fields: list[str]) -> list[str]:
    return [_SIGNED_OCTETS.sub("b=", field) if _SIGNATURE.match(field) else field for field in fields]


def _renamed(document: Mapping[str, object], sessions: Mapping[str, str]) -> dict[str, object]:
    """Put the run's number of a session into everything that is named after it."""
    own = str(document["session"])
    session = sessions[own]
    return {
        key: session + value.removeprefix(own) if key in _NAMES and isinstance(value, str) else value
        for key, value in document.items()
    }
