"""The SMTP session of Exchange Online: what each line does, as a Turn. No sockets, no clock, no log.

Laws of this module: the table in ``transitions`` refuses what is out of order, rules decide everything else, and each
line said comes from ``rules.replies``. A refusal changes nothing but the error counts. A turn that closes the session
releases what it held.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar

from relaylab.domain.asks import HelloAsk
from relaylab.domain.certificate import CertificateFacts
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.event import Closed, TlsFailed, TlsStarted
from relaylab.domain.fault import Step
from relaylab.rules import limits, replies
from relaylab.session.banner import begin, connected, duration, greeting
from relaylab.session.capabilities import capabilities
from relaylab.session.commands import Command, Verb
from relaylab.session.faulting import Faulting
from relaylab.session.hello import answer_before, remember_answer
from relaylab.session.mailing import Mailing
from relaylab.session.moment import Moment
from relaylab.session.progress import Progress
from relaylab.session.signing_in import SigningIn
from relaylab.session.speech import Speech
from relaylab.session.transitions import IN_ORDER, OUT_OF_ORDER, State
from relaylab.session.turn import Then, Turn

if TYPE_CHECKING:
    from relaylab.domain.charge import Charge
    from relaylab.domain.event import Event
    from relaylab.domain.peer import ClientHello, TlsFacts
    from relaylab.domain.reply import Reply
    from relaylab.session.head import Letter
    from relaylab.session.party import Party

_T = TypeVar("_T")
_Conducts = Mapping[Verb, Callable[[_T, Command, Moment], Turn]]

_CLOSE: Final = Then.CLOSE  # a name of an enum takes Python 3.11 a call to find, and these are asked for at every line
_OF_MAILING: Final[_Conducts[Mailing]] = {
    Verb.MAIL: Mailing.mail,
    Verb.RCPT: Mailing.rcpt,
    Verb.DATA: Mailing.data,
    Verb.BDAT: Mailing.bdat,
}
_SMALL_ANSWERS: Final = {
    Verb.RSET: replies.RESET,
    Verb.NOOP: replies.NOOP_OK,
    Verb.VRFY: replies.CANNOT_VERIFY,
    Verb.HELP: replies.HELP,
}


class SmtpSession:
    """One connection to client submission or to the tenant MX; satisfies ``turn.Dialogue``."""

    __slots__ = ("_faulting", "_mailing", "_owes_greeting", "_party", "_progress", "_signing_in", "_speech")

    def __init__(self, party: Party) -> None:
        """Begin before the greeting."""
        self._party = party
        self._progress = Progress(party)
        self._speech = Speech(party)
        self._owes_greeting = False  # TLS from the first octet: the greeting comes behind the handshake
        self._faulting = Faulting(party, self._progress)
        self._signing_in: SigningIn | None = None  # made for the first AUTH
        self._mailing = Mailing(self._speech, self._progress, self._faulting)

    @property
    def progress(self) -> Progress:
        """How far it has come."""
        return self._progress

    # What the transport calls ------------------------------------------------------------------------------------

    @property
    def message_limit(self) -> int:
        """Octets of message content that are kept."""
        return limits.MESSAGE_SIZE

    def greet(self, moment: Moment) -> Turn:
        """Greet, or begin with TLS where a fault has it so."""
        if not moment.board.faults:
            return begin(self._party, moment)
        begun = connected(self._party, moment)
        if self._faulting.opens_in_tls(moment):
            self._owes_greeting = True
            return self._finish(Turn(then=Then.START_TLS, events=(begun,)), moment)
        return self._finish(self._greeting(moment, begun), moment)

    def receive_line(self, line: bytes, moment: Moment) -> Turn:
        """Take a command, or the answer to an AUTH prompt."""
        has_faults = bool(moment.board.faults)
        if has_faults:
            self._faulting.begin()
        if self._signing_in is not None and self._signing_in.is_under_way:
            turn = self._signing_in.answer(line, moment)
        else:
            turn = self._read(line, moment)
        return self._finish(turn, moment) if has_faults or turn.then is _CLOSE else turn

    def receive_overlong_line(self, moment: Moment) -> Turn:
        """Refuse a line that is too long; an AUTH exchange under way ends with it."""
        if moment.board.faults:
            self._faulting.begin()
        if self._signing_in is not None:
            self._signing_in.abandon()
        return self._finish(self._too_long(moment), moment)

    def client_hello(self, hello: ClientHello, moment: Moment) -> Turn:
        """Let faults say how it is answered."""
        if moment.board.faults:
            self._faulting.begin()
        return self._released(self._faulting.shake(hello, moment), moment)

    def tls_established(self, tls: TlsFacts, moment: Moment) -> Turn:
        """Forget everything said in clear (RFC 3207 §4.2)."""
        self._progress.begin_anew(tls)
        shown = tls.client_certificate
        started = TlsStarted(
            **self._speech.stamp(moment),
            version=tls.version,
            cipher=tls.cipher,
            sni=tls.sni,
            client_certificate=CertificateFacts.of(shown, moment.now) if shown else None,
        )
        if not self._owes_greeting:
            return Turn(events=(started,))
        self._owes_greeting = False
        if moment.board.faults:
            self._faulting.begin()
        return self._finish(self._greeting(moment, started), moment)

    def tls_failed(self, reason: str, moment: Moment) -> Turn:
        """End the session."""
        failed = TlsFailed(**self._speech.stamp(moment), reason=reason)
        return self._released(Turn(then=Then.CLOSE, events=(failed,)), moment)

    def receive_message(self, content: bytes | bytearray, moment: Moment) -> Turn:
        """Judge a message that came by DATA."""
        if moment.board.faults:
            self._faulting.begin()
        return self._finish(self._mailing.end_of_data(content, len(content), moment), moment)

    def judge(self, letter: Letter, moment: Moment) -> Turn:
        """Judge a message that goes no known course, while the board is empty (``session.familiar``)."""
        return self._finish(self._mailing.judge(letter, moment), moment)

    def receive_oversized_message(self, size: int, moment: Moment) -> Turn:
        """Judge a message that was too long to be kept."""
        if moment.board.faults:
            self._faulting.begin()
        return self._finish(self._mailing.end_of_data(bytearray(), size, moment), moment)

    def receive_chunk(self, size: int, moment: Moment) -> Turn:  # noqa: ARG002 - BDAT has said it
        """Take a chunk; the last one ends the message (RFC 3030 §2)."""
        if moment.board.faults:
            self._faulting.begin()
        return self._finish(self._mailing.take_chunk(0, moment), moment)

    def receive_oversized_chunk(self, size: int, moment: Moment) -> Turn:
        """Count a chunk that was too long to be kept."""
        if moment.board.faults:
            self._faulting.begin()
        return self._finish(self._mailing.take_chunk(size, moment), moment)

    def time_out(self, lasted: float, moment: Moment) -> Turn:
        """Say how long the session lasted, and close (CS-TO-01)."""
        timed_out = replies.TIMED_OUT.fill(duration=duration(lasted))
        closed = Closed(**self._speech.stamp(moment), why="timed out")
        if self._faulting.is_silent:
            return self._released(Turn(then=Then.CLOSE, events=(closed,)), moment)
        return self._released(self._speech.say(timed_out, moment, then=Then.CLOSE, events=(closed,)), moment)

    def hung_up(self, why: str, moment: Moment) -> Turn:
        """Release what the session held."""
        closed = Closed(**self._speech.stamp(moment), why=why)
        return self._released(Turn(then=Then.CLOSE, events=(closed,)), moment)

    def _finish(self, turn: Turn, moment: Moment) -> Turn:
        """Let faults have their way with a turn, then see to it that nothing stays open behind its end."""
        if moment.board.faults:
            turn = self._faulting.mark(turn, moment)
        return self._released(turn, moment) if turn.then is _CLOSE else turn

    def _released(self, turn: Turn, moment: Moment) -> Turn:
        """Close the submission that is open, if this turn closes the session."""
        charges = self._mailing.release(moment) if turn.then is _CLOSE else ()
        return replace(turn, charges=(*turn.charges, *charges)) if charges else turn

    # Commands ----------------------------------------------------------------------------------------------------

    def _greeting(self, moment: Moment, begun: Event) -> Turn:
        """Greet; ``begun`` is what has happened before."""
        if moment.board.faults and (answer := self._faulting.answer(Step.CONNECT, "connection", moment)):
            return replace(answer, events=(begun, *answer.events))
        return Turn(greeting(self._party, moment), events=(begun,))

    def _read(self, line: bytes, moment: Moment) -> Turn:
        command, is_shut = Command.parse(line), self._faulting.is_shut
        is_in_order = command.verb in IN_ORDER[self._progress.state] and len(line) <= limits.COMMAND_LINE
        return self._obey(command, moment) if is_in_order and not is_shut else self._doubt(command, line, moment)

    def _doubt(self, command: Command, line: bytes, moment: Moment) -> Turn:
        """Refuse what is no command, or not in its order; obey the few that are taken all the same."""
        if self._faulting.is_shut and command.verb is not Verb.QUIT:  # RFC 5321 §3.1
            return self._speech.protocol_error(replies.BAD_SEQUENCE.fill(), command.verb.value, moment)
        if len(line) > limits.COMMAND_LINE and command.verb is not Verb.AUTH:
            return self._too_long(moment)
        if command.verb is Verb.GARBAGE:
            garbage = replies.UNRECOGNISED_GARBAGE.fill()
            return self._speech.bad_input(garbage, "octets that are no command", moment)
        if command.verb is Verb.UNKNOWN:
            unknown = replies.UNRECOGNISED.fill(length=str(len(command.word)))
            return self._speech.protocol_error(unknown, f"(unknown, {len(command.word)} letters)", moment)
        out_of_order = OUT_OF_ORDER[self._progress.state].get(command.verb)
        if out_of_order is not None and command.verb is not Verb.BDAT:
            forgiven = self._progress.forgives(command.verb)
            if command.verb is Verb.DATA and self._every_recipient_was_refused(moment):
                out_of_order = replies.ALL_RECIPIENTS_REJECTED
            return self._speech.protocol_error(out_of_order.fill(), command.verb.value, moment, forgiven=forgiven)
        return self._obey(command, moment)

    def _every_recipient_was_refused(self, moment: Moment) -> bool:
        """Tell whether the MX has refused all there were, and says so (MX-ERR-11)."""
        says_so = moment.rulebook.readings["data_after_refused_recipients"] == "5.4.1"
        at_the_mx = self._progress.party.endpoint is Endpoint.MX
        return says_so and at_the_mx and self._progress.state is State.MAIL and self._progress.refused

    def _obey(self, command: Command, moment: Moment) -> Turn:
        of_mailing = _OF_MAILING.get(command.verb)
        if of_mailing is not None:
            return of_mailing(self._mailing, command, moment)
        return self._OWN.get(command.verb, SmtpSession._obey_small)(self, command, moment)

    def _sign_in(self, command: Command, moment: Moment) -> Turn:
        if self._signing_in is None:
            self._signing_in = SigningIn(self._speech, self._progress, self._faulting)
        return self._signing_in.auth(command, moment)

    def _obey_small(self, command: Command, moment: Moment) -> Turn:
        if moment.board.faults:
            step = {Verb.RSET: Step.RSET, Verb.QUIT: Step.QUIT}.get(command.verb, Step.NOOP)
            answer = self._faulting.answer(step, command.verb.value, moment)
            if answer is not None:
                return answer
        if command.verb is Verb.QUIT:
            closed = Closed(**self._speech.stamp(moment), why="QUIT")
            return self._speech.say(replies.BYE.fill(), moment, then=_CLOSE, events=(closed,))
        charges = self._mailing.forget(moment) if command.verb is Verb.RSET else ()
        return self._speech.say(_SMALL_ANSWERS[command.verb].fill(), moment, charges=charges)

    def _hello(self, command: Command, moment: Moment) -> Turn:
        known = answer_before(command, self._progress, moment)
        if known is not None:
            return Turn(known, charges=self._begin_with(command, moment))
        progress = self._progress
        step = Step.EHLO if command.verb is Verb.EHLO else Step.HELO
        if moment.board.faults and (answer := self._faulting.answer(step, command.verb.value, moment)):
            return answer
        ask = HelloAsk(**progress.circumstances(moment), argument=command.argument, server_name=self._party.names.host)
        verdict = moment.rulebook.judge(ask)
        if not verdict.admits:
            return self._speech.refuse(verdict, command.verb.value, moment, counts_as_error=True)
        charges = self._begin_with(command, moment)
        turn = self._speech.say(self._hello_reply(command, moment), moment, charges=charges)
        remember_answer(command, progress, moment, turn.data)
        return turn

    def _begin_with(self, command: Command, moment: Moment) -> tuple[Charge, ...]:
        """Begin anew behind a hello that is granted (RFC 5321 §4.1.4)."""
        progress = self._progress
        charges = self._mailing.forget(moment)
        progress.state = State.READY
        progress.hello_name, progress.opening = command.argument, None
        if command.verb is Verb.EHLO:
            progress.pretended_tls = None
        return charges

    def _hello_reply(self, command: Command, moment: Moment) -> Reply:
        words = {"host": self._party.names.host, "ip": self._party.peer.address}
        if command.verb is Verb.HELO:
            return replies.HELLO.fill(**words)
        offered = capabilities(self._party.endpoint, moment, in_tls=self._progress.tls is not None)
        if moment.board.faults:
            in_tls = capabilities(self._party.endpoint, moment, in_tls=True)
            offered = self._faulting.offer(offered, in_tls, moment)
        return replies.EHLO.fill(**words, capabilities="\n".join(offered))

    def _starttls(self, command: Command, moment: Moment) -> Turn:
        if self._progress.tls is not None:
            return self._speech.protocol_error(replies.STARTTLS_ONCE.fill(), "STARTTLS", moment)
        if command.argument:  # RFC 3207 §4
            return self._speech.protocol_error(replies.INVALID_ARGUMENTS.fill(), "STARTTLS", moment)
        if moment.board.faults and (answer := self._faulting.answer(Step.STARTTLS, "STARTTLS", moment)):
            return answer
        return self._speech.say(replies.READY_FOR_TLS.fill(), moment, then=Then.START_TLS)

    def _too_long(self, moment: Moment) -> Turn:
        return self._speech.bad_input(replies.LINE_TOO_LONG.fill(), "a line that is too long", moment)

    _OWN: ClassVar[_Conducts[SmtpSession]] = {
        Verb.EHLO: _hello,
        Verb.HELO: _hello,
        Verb.STARTTLS: _starttls,
        Verb.AUTH: _sign_in,
    }
