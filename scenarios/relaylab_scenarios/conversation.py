"""One session under way: what the stages of a session share.

Law: a stage returns None to go on and a Halt to stop; only the wire raises, and only WireError.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Self

from relaylab_scenarios.answer import Answer
from relaylab_scenarios.dialect import Dialect, Offer
from relaylab_scenarios.errand import Errand
from relaylab_scenarios.habits import EnvelopeFlight, Stage, TlsWish
from relaylab_scenarios.played import Refusal
from relaylab_scenarios.profile import Profile
from relaylab_scenarios.wire import Piece, Wire


class Cause(Enum):
    """Who ended a session before its time."""

    SERVER_REFUSED = "the server refused"
    SENDER_STOPPED = "the sender would not go on"
    CONNECTION_LOST = "the connection was lost"
    MESSAGE_TOO_LARGE = "the message is larger than the server takes"


@dataclass(frozen=True, slots=True)
class Halt:
    """Where a session ended before its time, and why."""

    stage: Stage
    cause: Cause
    error: str
    answer: Answer | None = None

    @classmethod
    def refused(cls, stage: Stage, answer: Answer) -> Self:
        """The server said no."""
        return cls(stage, Cause.SERVER_REFUSED, str(answer), answer)

    @classmethod
    def stopped(cls, stage: Stage, error: str) -> Self:
        """The sender itself sees a reason not to go on."""
        return cls(stage, Cause.SENDER_STOPPED, error)


@dataclass(slots=True)
class Conversation:
    """A session: who speaks, to whom, what was heard last, and what it has come to."""

    profile: Profile
    errand: Errand
    wire: Wire
    stage: Stage = Stage.GREETING
    last: Answer | None = None
    offer: Offer = field(default_factory=Offer)
    is_secured: bool = False
    signed_in_clear: bool = False
    accepted: list[str] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    has_said_quit: bool = False

    @property
    def dialect(self) -> Dialect:
        """How this sender spells."""
        return Dialect(self.profile)

    @property
    def wish(self) -> TlsWish:
        """What the sender is set up to ask for."""
        return self.errand.tls or self.profile.tls.wish

    @property
    def pipelines(self) -> bool:
        """Whether this sender sends ahead of the replies here (RFC 2920)."""
        return self.profile.envelope.flight is EnvelopeFlight.MAIL_TO_DATA and self.offer.has("PIPELINING")

    def ask(self, stage: Stage, line: bytes) -> Answer:
        """Send one command and wait for its reply."""
        self.stage = stage
        self.wire.send(Piece(line))
        return self.listen(stage)

    def listen(self, stage: Stage) -> Answer:
        """Wait for a reply, and remember it."""
        self.stage = stage
        self.last = self.wire.answer()
        return self.last
