"""What a player brings back: the wire bytes in order, where it stopped, and what the sender does then."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from relaylab_scenarios.answer import Answer
from relaylab_scenarios.conduct import Conduct
from relaylab_scenarios.habits import Stage


class Direction(StrEnum):
    """What a line of a transcript is: the two sides, the content, and what happened to the connection."""

    CLIENT = "C"
    SERVER = "S"
    MESSAGE = "MSG"
    TLS = "TLS"
    TLS_FAILED = "TLSFAIL"
    SERVER_CLOSED = "EOF"
    SERVER_RESET = "RST"
    SILENCE = "SILENCE"
    CLIENT_CLOSED = "CLOSE"


@dataclass(frozen=True, slots=True)
class WireLine:
    """One command, reply or content as it stood on the wire; secrets are replaced by their names."""

    direction: Direction
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One recipient that the server did not take."""

    recipient: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Played:
    """One session and its consequence.

    ``last_reply`` is the reply that decided, not the one to RSET or QUIT. ``refused_at`` is the stage at which the
    sender stopped, None after a delivery. ``delivered_to`` are the recipients the server took responsibility for.
    ``signed_in_clear`` says that AUTH went out without TLS.
    """

    transcript: tuple[WireLine, ...]
    conduct: Conduct
    sender_does: str
    last_reply: Answer | None = None
    refused_at: Stage | None = None
    delivered_to: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    error: str | None = None
    signed_in_clear: bool = False

    def lines(self, direction: Direction) -> Iterator[bytes]:
        """Give what went in one direction, in order."""
        return (each.data for each in self.transcript if each.direction is direction)
