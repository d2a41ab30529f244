"""What happened, as frozen values: one type per kind. The event log is written from these, and reports read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relaylab.domain.attribution import Attribution
    from relaylab.domain.decision import Decision, ReplyFacts
    from relaylab.domain.endpoint import Endpoint
    from relaylab.domain.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEvent:
    """Something that happened in one SMTP session; ``session`` is its name in relaylab, ``s-000042``."""

    at: datetime
    session: str
    endpoint: Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected(SessionEvent):
    """A client connected; ``ip`` is its public address as the service sees it."""

    ip: str
    site: str | None
    session_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnedAway(SessionEvent):
    """A connection was closed before it became a session: no PROXY header where one is required; ``why`` in words."""

    remote: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsStarted(SessionEvent):
    """A handshake finished."""

    version: str
    cipher: str
    sni: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFailed(SessionEvent):
    """A handshake failed."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(SessionEvent):
    """A command was answered by the grammar of the protocol, not by a rule: a wrong order or a wrong syntax.

    ``source`` is where the wording of the answer is written.
    """

    command: str
    reply: ReplyFacts
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged(SessionEvent):
    """A decision point was reached and decided."""

    command: str
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributed(SessionEvent):
    """A message at the tenant MX was attributed; its evidence on every connector is written when somebody reads it."""

    attribution: Attribution


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept(SessionEvent):
    """A message was accepted and kept."""

    message: str
    mail_from: str | None
    recipients: tuple[str, ...]
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported(SessionEvent):
    """A non-delivery report was written about a kept message."""

    message: str
    about: str
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BadInput(SessionEvent):
    """Octets that are no SMTP: an over-long line, control characters; ``what`` says which, ``reply`` what it got."""

    what: str
    reply: ReplyFacts
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed(SessionEvent):
    """The connection ended; ``why`` in words."""

    why: str


Event = (
    Connected
    | TurnedAway
    | TlsStarted
    | TlsFailed
    | Answered
    | Judged
    | Kept
    | Attributed
    | Reported
    | BadInput
    | Closed
)
