"""A line of a dialogue as somebody may read it: who spoke and what, secrets left out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Speaker(StrEnum):
    """Who a line is from."""

    CLIENT = "C"
    SERVER = "S"
    NOTE = "--"  # something happened that is no line: a handshake, an end


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a session, without its CRLF; ``session`` is the session's name in relaylab."""

    session: str
    speaker: Speaker
    text: str

    def __str__(self) -> str:
        """Write it the way golden dialogues are written."""
        mark = self.speaker.value if self.speaker is Speaker.NOTE else f"{self.speaker}:"
        return f"{mark} {self.text}".rstrip()
