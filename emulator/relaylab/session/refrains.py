"""Lines that were said before, where the session stood as it does now: what they were answered is answered again.

Law of this module: what is answered at a place would be answered anew at any other instant of its era, to any session
that stands there (decision 0046). So only what was granted becomes a refrain, and only in words that name neither an
instant nor a session, but for the server that answers a hello.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, Protocol

from relaylab.domain.event import Closed
from relaylab.domain.noun import noun
from relaylab.domain.telling import Telling
from relaylab.rules import replies
from relaylab.session.commands import Fault, Verb, parse_rcpt
from relaylab.session.envelopes import NO_FACTS, Named, NamedRecipient, NamedSender
from relaylab.session.speech import judged_again
from relaylab.session.transacting import attributed
from relaylab.session.turn import Then, Turn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaylab.domain.event import Event
    from relaylab.session.commands import Command
    from relaylab.session.party import Party
    from relaylab.session.places import Place
    from relaylab.session.progress import Progress
    from relaylab.session.transaction import Transaction

_OF_SERVERS: Final = ".outlook.com"  # the service's own: a client that says its server's name is refused
_FIXED: Final = {
    Verb.DATA: replies.START_MAIL_INPUT.wire,
    Verb.NOOP: replies.NOOP_OK.wire,
    Verb.RSET: replies.RESET.wire,
}
_FAREWELL: Final = Turn(replies.BYE.wire, Then.CLOSE)


Answer = tuple[Turn, Telling | None]  # what is answered, and what the event log is told of it


class Refrain(Protocol):
    """A line that was said before at a place, and is answered so again."""

    @property
    def leads_to(self) -> Place:
        """Where a session stands that has said it."""
        ...

    def answer(self, party: Party, now: datetime) -> Answer:
        """Answer a session that says it now."""
        ...


@noun(eq=False)
class Fixed:
    """A line of which nothing is told."""

    leads_to: Place
    turn: Turn

    def answer(self, party: Party, now: datetime) -> Answer:  # noqa: ARG002 - the same for everybody, always
        """Give the turn, which is the same each time."""
        return self.turn, None


@noun(eq=False)
class Hello:
    """A name in EHLO or HELO; the server names itself in the answer once, between these."""

    leads_to: Place
    before: bytes
    behind: bytes

    def answer(self, party: Party, now: datetime) -> Answer:  # noqa: ARG002 - no event tells of it
        """Answer in the name of this session's server."""
        return Turn(b"%b%b%b" % (self.before, party.names.host.encode(), self.behind)), None


@noun(eq=False)
class Leave:
    """QUIT."""

    leads_to: Place

    def answer(self, party: Party, now: datetime) -> Answer:
        """Close."""
        return _FAREWELL, Ended(party, "QUIT", now)


@noun(eq=False)
class Granted:
    """RCPT, by the verdict of ``named``; ``command`` and ``facts`` are what an event says of the line."""

    leads_to: Place
    turn: Turn
    named: Named
    command: str
    facts: Mapping[str, object]

    def answer(self, party: Party, now: datetime) -> Answer:
        """Grant it."""
        return self.turn, _GrantedAgain(self, party, now)

    def told(self, party: Party, now: datetime) -> tuple[Event, ...]:
        """Give what the event log is told where it is said now."""
        return (judged_again(self.named.verdict, self.command, self.facts, party, now),)


@noun(eq=False)
class Opened(Granted):
    """MAIL, by the verdict of a sender, whose attribution is told as well."""

    named: NamedSender

    def answer(self, party: Party, now: datetime) -> Answer:
        """Grant it."""
        return self.turn, _OpenedAgain(self, party, now)

    def told(self, party: Party, now: datetime) -> tuple[Event, ...]:
        """Give what the event log is told where it is said now."""
        return *Granted.told(self, party, now), attributed(self.named.attribution, party, now)


class _GrantedAgain(Telling):
    """What is told of a line that was granted again."""

    __slots__ = ("_granted", "_now", "_party")

    many = 1

    def __init__(self, granted: Granted, party: Party, now: datetime) -> None:
        self.session = party.label
        self._granted = granted
        self._party = party
        self._now = now

    def told(self) -> tuple[Event, ...]:
        return self._granted.told(self._party, self._now)


class _OpenedAgain(_GrantedAgain):
    """What is told of a sender that was granted again."""

    __slots__ = ()

    many = 2


class Ended(Telling):
    """What is told of a session's end."""

    __slots__ = ("_now", "_party", "_why")

    many = 1

    def __init__(self, party: Party, why: str, now: datetime) -> None:
        """Tell why."""
        self.session = party.label
        self._party = party
        self._why = why
        self._now = now

    def told(self) -> tuple[Event, ...]:
        """Give the event."""
        party = self._party
        return (Closed(at=self._now, session=party.label, endpoint=party.endpoint, why=self._why),)


def refrain_of(command: Command, turn: Turn, there: Place, progress: Progress) -> Refrain | None:
    """Give the refrain that a line is from now on, as it was answered; None where the next answer may be another.

    ``there`` is where the session stands since.
    """
    match command.verb:
        case Verb.EHLO | Verb.HELO:
            return _hello(command, turn, there, progress.party.names.host)
        case Verb.MAIL | Verb.RCPT:
            return _granted(command, turn, there, progress.transaction)
        case Verb.QUIT:
            return Leave(there) if turn.data == _FAREWELL.data else None
        case verb:
            return Fixed(there, Turn(turn.data, turn.then)) if turn.data == _FIXED.get(verb) else None


def _hello(command: Command, turn: Turn, there: Place, host: str) -> Hello | None:
    """Take a name that no server of the service may have: of those each session has another."""
    if turn.then is not Then.READ_COMMAND or turn.events or command.argument.lower().endswith(_OF_SERVERS):
        return None
    before, _, behind = turn.data.partition(host.encode())
    return Hello(there, before, behind)


def _granted(command: Command, turn: Turn, there: Place, transaction: Transaction | None) -> Granted | None:
    """Take a name that is remembered."""
    named, granted = there.named, Turn(turn.data)
    if transaction is None or named is None or named.reply is None or turn.data != named.reply.template.wire:
        return None
    if isinstance(named, NamedSender) and command.verb is Verb.MAIL:
        mail = transaction.mail
        return Opened(there, granted, named, mail.said, named.facts_of(mail))
    rcpt = parse_rcpt(command.argument)
    if isinstance(named, NamedRecipient) and command.verb is Verb.RCPT and not isinstance(rcpt, Fault):
        return Granted(there, granted, named, rcpt.said, NO_FACTS)
    return None
