"""What happened, as frozen values: one type per kind. The event log is written from these, and reports read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING, Self, TypeVarTuple

from relaylab.domain.implied import Implied
from relaylab.domain.noun import noun

if TYPE_CHECKING:
    from relaylab.domain.attribution import Attribution
    from relaylab.domain.certificate import CertificateFacts
    from relaylab.domain.decision import Decision, ReplyFacts
    from relaylab.domain.endpoint import Endpoint
    from relaylab.domain.source import Source

Ts = TypeVarTuple("Ts")


@noun(kw_only=True)
class SessionEvent(Implied):
    """Something that happened in one SMTP session; ``session`` is its name in relaylab, ``s-000042``."""

    at: datetime
    session: str
    endpoint: Endpoint

    @classmethod
    def implied_in(cls, session: str, work: Callable[[*Ts], Mapping[str, object]], given: tuple[*Ts]) -> Self:
        """Make an event of which only its session is known; ``work`` makes the rest of what is ``given``, when read."""
        event = object.__new__(cls)
        object.__setattr__(event, "session", session)
        event._given = given
        event._work = work
        return event


@noun(kw_only=True)
class Connected(SessionEvent):
    """A client connected; ``ip`` is its public address as the service sees it."""

    ip: str
    site: str | None
    session_id: str


@noun(kw_only=True)
class TurnedAway(SessionEvent):
    """A connection was closed before it became a session: no PROXY header where one is required; ``why`` in words."""

    remote: str
    why: str


@noun(kw_only=True)
class TlsStarted(SessionEvent):
    """A handshake finished; ``client_certificate`` is what the client presented, if it was asked and did."""

    version: str
    cipher: str
    sni: str | None
    client_certificate: CertificateFacts | None = None


@noun(kw_only=True)
class TlsFailed(SessionEvent):
    """A handshake failed."""

    reason: str


@noun(kw_only=True)
class Answered(SessionEvent):
    """A command was answered by the grammar of the protocol, not by a rule: a wrong order or a wrong syntax.

    ``source`` is where the wording of the answer is written.
    """

    command: str
    reply: ReplyFacts
    source: Source


@noun(kw_only=True)
class Judged(SessionEvent):
    """A decision point was reached and decided.

    ``verdict_behind`` is the engine's ``Verdict``, which implies its trace: kept in memory for who explains, neither
    compared nor written.
    """

    command: str
    decision: Decision
    verdict_behind: object = field(default=None, compare=False, repr=False)


@noun(kw_only=True)
class Attributed(SessionEvent):
    """A message at the tenant MX was attributed; its evidence on every connector is written when somebody reads it."""

    attribution: Attribution


@noun(kw_only=True)
class Kept(SessionEvent):
    """A message was accepted and kept."""

    message: str
    mail_from: str | None
    recipients: tuple[str, ...]
    size: int


@noun(kw_only=True)
class Authenticated(SessionEvent):
    """Somebody judged the sender of a kept message: the service on arrival, or who it left for (``hop`` far_end).

    The fields are those of ``HopFacts``.
    """

    message: str
    hop: str
    receiver: str
    ip: str
    spf: str
    dkim: tuple[str, ...]
    dmarc: str
    compauth: str
    because: tuple[str, ...]


@noun(kw_only=True)
class Reported(SessionEvent):
    """A non-delivery report was written about a kept message."""

    message: str
    about: str
    recipients: tuple[str, ...]


@noun(kw_only=True)
class BadInput(SessionEvent):
    """Octets that are no SMTP: an over-long line, control characters; ``what`` says which, ``reply`` what it got."""

    what: str
    reply: ReplyFacts
    source: Source


@noun(kw_only=True)
class Faulted(SessionEvent):
    """A fault acted: it answered in place of the service, or changed how the service was heard.

    ``fault`` is its id, ``behaviour`` its word, ``command`` what it acted on, ``did`` a sentence. ``reply`` is its own
    answer; None where the answer, if there was one, is in another event.
    """

    fault: str
    behaviour: str
    command: str
    did: str
    reply: ReplyFacts | None
    source: Source


@noun(kw_only=True)
class Closed(SessionEvent):
    """The connection ended; ``why`` in words."""

    why: str


@noun(kw_only=True)
class Queried(SessionEvent):
    """A question to DNS; the session of all of them is called ``dns``.

    ``rcode`` is what was answered; TIMEOUT where the world lets nobody answer, FORMERR where no question could be read.
    """

    client: str
    name: str
    type: str
    rcode: str


@noun(kw_only=True)
class OperationEnded(SessionEvent):
    """A send operation of Azure Communication Services Email became terminal; ``session`` is that of the request.

    ``status`` is Succeeded, Failed or Canceled, ``error`` and ``said`` code and text of one that did not succeed.
    """

    operation: str
    status: str
    error: str
    said: str


@noun(kw_only=True)
class DeliveryReported(SessionEvent):
    """A delivery or engagement report of Azure Communication Services Email came about.

    ``type`` is its event type in Event Grid, ``about`` its status (Delivered, Bounced, Suppressed) or what the
    recipient did (view, click), ``document`` the event itself.
    """

    operation: str
    recipient: str
    type: str
    about: str
    document: Mapping[str, object]


@noun(kw_only=True)
class WebhookCalled(SessionEvent):
    """A subscriber to events was called: ``what`` is the handshake or the event type, ``answered`` what came back."""

    subscription: str
    url: str
    what: str
    attempt: int
    delivered: bool
    answered: str


Event = (
    Connected
    | TurnedAway
    | TlsStarted
    | TlsFailed
    | Answered
    | Judged
    | Kept
    | Attributed
    | Authenticated
    | Reported
    | BadInput
    | Faulted
    | Closed
    | Queried
    | OperationEnded
    | DeliveryReported
    | WebhookCalled
)
