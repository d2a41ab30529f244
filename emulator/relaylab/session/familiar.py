"""A session at the tenant MX that answers what it has heard before, and hands everything else to the whole session.

Most sessions are like the one before: a name, an envelope and a message that were granted a moment ago. Such a session
is never more than a place (``session.places``); the whole session is made for the first line that nobody said there,
and is made to stand where the lines before it have led.

Laws:

- What is answered, told and kept is octet for octet what the whole session would answer, tell and keep.
- Once a fault was on the board, or a client has said AUTH, the session is whole for good: both leave more behind than
  a place knows.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from relaylab.rules import limits
from relaylab.session.banner import begin
from relaylab.session.commands import WORTH_REMEMBERING, Command, Verb
from relaylab.session.courses import follow
from relaylab.session.head import Letter
from relaylab.session.places import Place
from relaylab.session.refrains import Ended, refrain_of
from relaylab.session.smtp import SmtpSession
from relaylab.session.transitions import State
from relaylab.session.turn import Then, Turn

if TYPE_CHECKING:
    from datetime import datetime

    from relaylab.domain.peer import ClientHello, TlsFacts
    from relaylab.session.moment import Moment
    from relaylab.session.party import Party
    from relaylab.session.progress import Progress
    from relaylab.session.refrains import Answer, Refrain

_READ_CHUNK: Final = Then.READ_CHUNK  # Python 3.11 takes a call to find a name of an enum
_WITHIN: Final = frozenset({State.MAIL, State.RCPT})


class Familiar:
    """One connection to the tenant MX; satisfies ``turn.Dialogue``.

    ``place`` is where it stands; None: where the whole session does.
    """

    __slots__ = ("_is_strange", "_messages", "_party", "_whole", "place")

    def __init__(self, party: Party) -> None:
        """Begin before the greeting."""
        self._party = party
        self.place: Place | None = None
        self._whole: SmtpSession | None = None
        self._messages = 0  # that were accepted while it stood at places
        self._is_strange = False

    @property
    def message_limit(self) -> int:
        """Octets of message content that are kept."""
        return limits.MESSAGE_SIZE

    # What may have been said before ------------------------------------------------------------------------------

    def greet(self, moment: Moment) -> Turn:
        """Greet, and stand where every client of this address begins."""
        era = moment.era
        if era is None or moment.board.faults:
            return self._all(moment).greet(moment)
        self.place = era.home((self._party.peer, None), None)
        return begin(self._party, moment)

    def again(self, refrain: Refrain, now: datetime) -> Answer:
        """Answer what was said before at this place, in the era of the place."""
        self.place = refrain.leads_to
        return refrain.answer(self._party, now)

    def receive_line(self, line: bytes, moment: Moment) -> Turn:
        """Answer what was said before at this place; else have the whole session answer, and remember it."""
        place, said = self.place, line + b"\r\n"
        refrain = place.said.get(said) if place is not None and place.era is moment.era else None
        if refrain is not None:
            turn, told = self.again(refrain, moment.now)
            return turn if told is None else replace(turn, events=told)
        command = Command.parse(line)
        self._is_strange = self._is_strange or command.verb is Verb.AUTH
        whole = self._all(moment)
        turn = whole.receive_line(line, moment)
        if turn.then is _READ_CHUNK:  # into the whole session's transaction
            return turn
        here = self.place = self._here(place, moment)
        if here is None:
            return turn
        if place is not None and place.era is here.era and len(line) <= WORTH_REMEMBERING:
            refrain = refrain_of(command, turn, here, whole.progress)
            if refrain is not None:
                place.remember(said, refrain)
        whole.progress.transaction = None  # the place has it
        return turn

    def receive_message(self, content: bytes | bytearray, moment: Moment) -> Turn:
        """Let a message go the course of the one before; else have the whole session judge it."""
        place = self.place
        if place is None or place.named is None or place.era is not moment.era:
            return self._wholly(self._all(moment).receive_message(content, moment), moment)
        letter, number = Letter.read(content, len(content)), self._messages + 1
        turn = follow(self._party, place.named, letter, place.hello or "", number, moment)
        if turn is None:
            return self._wholly(self._all(moment).judge(letter, moment), moment)
        self.place = place.home
        self._messages = number
        return turn

    def hung_up(self, why: str, moment: Moment) -> Turn:
        """Note the end; nobody is signed in at a place, so nothing is released."""
        if self.place is None:
            return self._all(moment).hung_up(why, moment)
        return Turn(b"", Then.CLOSE, Ended(self._party, why, moment.now))

    # What is always the whole session's --------------------------------------------------------------------------

    def receive_overlong_line(self, moment: Moment) -> Turn:
        """Hand it on."""
        return self._wholly(self._all(moment).receive_overlong_line(moment), moment)

    def client_hello(self, hello: ClientHello, moment: Moment) -> Turn:
        """Hand it on."""
        return self._wholly(self._all(moment).client_hello(hello, moment), moment)

    def tls_established(self, tls: TlsFacts, moment: Moment) -> Turn:
        """Hand it on."""
        return self._wholly(self._all(moment).tls_established(tls, moment), moment)

    def tls_failed(self, reason: str, moment: Moment) -> Turn:
        """Hand it on."""
        return self._wholly(self._all(moment).tls_failed(reason, moment), moment)

    def receive_oversized_message(self, size: int, moment: Moment) -> Turn:
        """Hand it on."""
        return self._wholly(self._all(moment).receive_oversized_message(size, moment), moment)

    def receive_chunk(self, size: int, moment: Moment) -> Turn:
        """Hand it on."""
        return self._wholly(self._all(moment).receive_chunk(size, moment), moment)

    def receive_oversized_chunk(self, size: int, moment: Moment) -> Turn:
        """Hand it on."""
        return self._wholly(self._all(moment).receive_oversized_chunk(size, moment), moment)

    def time_out(self, lasted: float, moment: Moment) -> Turn:
        """Hand it on."""
        return self._wholly(self._all(moment).time_out(lasted, moment), moment)

    def _wholly(self, turn: Turn, moment: Moment) -> Turn:
        """Stand where a step of the whole session has led."""
        self.place = self._here(self.place, moment)
        return turn

    # Places and the whole session --------------------------------------------------------------------------------

    def _all(self, moment: Moment) -> SmtpSession:
        """Give the whole session, where this one stands."""
        whole = self._whole
        if whole is None:
            whole = self._whole = SmtpSession(self._party)
        self._is_strange = self._is_strange or bool(moment.board.faults)
        if self.place is not None:
            self.place.bring(whole.progress)
            whole.progress.messages = self._messages
            self.place = None
        return whole

    def _here(self, before: Place | None, moment: Moment) -> Place | None:
        """Give the place where the whole session stands; None where it stands at none.

        Behind a refusal it does not: commands that were in flight are forgiven then.
        """
        era, whole = moment.era, self._whole
        if era is None or whole is None or self._is_strange or whole.progress.refused:
            return None
        progress = whole.progress
        self._messages = progress.messages
        if progress.state in _WITHIN:
            return self._within(before, progress) if before is not None and before.era is era else None
        if progress.state is State.CHUNKS:
            return None
        hello = None if progress.state is State.NEW else progress.hello_name
        if hello is not None and len(hello) > WORTH_REMEMBERING:
            return None
        return era.home((self._party.peer, progress.seen_tls), hello)

    @staticmethod
    def _within(before: Place, progress: Progress) -> Place | None:
        """Give the place of an envelope whose names are remembered."""
        transaction = progress.transaction
        if transaction is None or transaction.named is None:
            return None
        return before if before.named is transaction.named else before.within(progress)
