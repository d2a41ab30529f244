"""A capture: what a real sender and a scripted server said to each other, event by event, as the server saw it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "captures"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing the server did or saw: S, C, RECV, PIPELINED, TLS, TLSFAIL, MSG, MSGSTAT, RST, CLOSE, EOF."""

    kind: str
    data: Any = ""


Session = tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Capture:
    sender: str
    behaviour: str
    sessions: tuple[Session, ...]

    def __str__(self) -> str:
        return f"{self.sender}-{self.behaviour}"


def captures() -> tuple[Capture, ...]:
    return tuple(_load(path) for path in sorted(FOLDER.glob("*/*.json")))


def capture(sender: str, behaviour: str) -> Capture:
    return _load(FOLDER / sender / f"{behaviour}.json")


def message_of(session: Session) -> bytes | None:
    """The message as the sender had it: the content of the capture without dots, folds and the end of the data."""
    for event in session:
        if event.kind == "MSG":
            return _as_composed(event.data.encode("ascii"))
    return None


def _as_composed(content: bytes) -> bytes:
    text = content.removesuffix(b".\r\n")
    if text.endswith(b"\n\r\n"):  # curl ends a file of bare LF with a CRLF of its own
        return text.removesuffix(b"\r\n")
    lines: list[bytes] = []
    for line in text.split(b"\r\n"):
        if lines and len(lines[-1]) == 998 and line.startswith(b" "):  # Postfix breaks lines of more than 998 octets
            lines[-1] += line[1:]
        else:
            lines.append(line[1:] if line.startswith(b"..") else line)
    return b"\r\n".join(lines)


def _load(path: Path) -> Capture:
    read = json.loads(path.read_text(encoding="utf-8"))
    sessions = tuple(
        tuple(Event(event["kind"], event["data"]) for event in session["events"]) for session in read["sessions"]
    )
    return Capture(path.parent.name, read["mode"], sessions)
