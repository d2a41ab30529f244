"""The SMTP session of Exchange Online: what each line does, as a Turn. No sockets, no clock, no log.

Laws of this module: the table in ``transitions`` refuses what is out of order, rules decide everything else, and each
line said comes from ``rules.replies``. A refusal changes nothing but the error counts.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Final, TypedDict

from relaylab.domain.asks import HelloAsk, MailAsk, MechanismAsk, RcptAsk
from relaylab.domain.charge import Charge, Meter
from relaylab.domain.decision import EffectKind, ReplyFacts
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.event import Answered, BadInput, Closed, Connected, Judged, Kept, Reported, TlsFailed, TlsStarted
from relaylab.domain.identity import Credential, Mechanism
from relaylab.engine.attribution import attribute
from relaylab.rules import limits, milestones, replies
from relaylab.session.capabilities import capabilities
from relaylab.session.commands import Chunk, Command, Fault, Verb, parse_chunk, parse_mail, parse_rcpt
from relaylab.session.delivery import deliver, delivery_instant
from relaylab.session.end_of_data import Account, data_ask
from relaylab.session.sasl import Exchange, Finished, Login, XOAuth2
from relaylab.session.sign_in import sign_in_ask
from relaylab.session.transaction import Transaction
from relaylab.session.transitions import OUT_OF_ORDER, State
from relaylab.session.turn import Then, Turn

if TYPE_CHECKING:
    from relaylab.domain.event import Event
    from relaylab.domain.peer import Peer, TlsFacts
    from relaylab.domain.reply import Reply
    from relaylab.engine.verdict import Verdict
    from relaylab.session.moment import Moment
    from relaylab.session.party import Party


class _Circumstances(TypedDict):
    """What every Ask of a session begins with."""

    endpoint: Endpoint
    now: datetime
    peer: Peer
    tls: TlsFacts | None


class _Stamp(TypedDict):
    """What every event of a session begins with."""

    at: datetime
    session: str
    endpoint: Endpoint


_FAULTS: Final = {
    Fault.ARGUMENTS: replies.INVALID_ARGUMENTS,
    Fault.SENDER: replies.INVALID_SENDER,
    Fault.RECIPIENT: replies.INVALID_RECIPIENT,
}


class SmtpSession:
    """One connection to client submission or to the tenant MX; satisfies ``turn.Dialogue``."""

    def __init__(self, party: Party) -> None:
        """Begin before the greeting."""
        self._party = party
        self._state = State.NEW
        self._tls: TlsFacts | None = None
        self._exchange: Exchange | None = None
        self._account: Account | None = None
        self._sign_in_failure: str | None = None
        self._transaction: Transaction | None = None
        self._pending_chunk: Chunk | None = None
        self._errors = 0
        self._failed_sign_ins = 0
        self._messages = 0

    # What the transport calls ------------------------------------------------------------------------------------

    @property
    def message_limit(self) -> int:
        """Octets of message content that are kept."""
        return limits.MESSAGE_SIZE.first

    def greet(self, moment: Moment) -> Turn:
        """Say who answers, the instant, and the session id where it is shown (CS-BAN-01, MX-BAN-02)."""
        peer = self._party.peer
        banner = replies.BANNER.fill(
            host=self._party.names.host, date=_banner_date(moment), session=self._banner_session(moment)
        )
        connected = Connected(
            **self._stamp(moment), ip=str(peer.ip), site=peer.site, session_id=self._party.names.session_id
        )
        return self._say(banner, moment, events=(connected,))

    def receive_line(self, line: bytes, moment: Moment) -> Turn:
        """Take a command, or the answer to an AUTH prompt."""
        if self._exchange is not None:
            return self._answer_prompt(line, moment)
        command = Command.parse(line)
        if len(line) > limits.COMMAND_LINE and command.verb is not Verb.AUTH:
            return self.receive_overlong_line(moment)
        if command.verb is Verb.GARBAGE:
            return self._bad_input(replies.UNRECOGNISED_GARBAGE.fill(), "octets that are no command", moment)
        if command.verb is Verb.UNKNOWN:
            unknown = replies.UNRECOGNISED.fill(length=str(len(command.word)))
            return self._protocol_error(unknown, f"(unknown, {len(command.word)} letters)", moment)
        out_of_order = OUT_OF_ORDER[self._state].get(command.verb)
        if out_of_order is not None and command.verb is not Verb.BDAT:
            return self._protocol_error(out_of_order.fill(), command.verb.value, moment)
        return self._obey(command, moment)

    def receive_overlong_line(self, moment: Moment) -> Turn:
        """Refuse a line that is too long; an AUTH exchange under way ends with it."""
        self._exchange = None
        return self._bad_input(replies.LINE_TOO_LONG.fill(), "a line that is too long", moment)

    def tls_established(self, tls: TlsFacts, moment: Moment) -> Turn:
        """Forget everything said in clear (RFC 3207 §4.2)."""
        self._tls = tls
        self._state = State.NEW
        self._account = self._transaction = self._sign_in_failure = None
        started = TlsStarted(**self._stamp(moment), version=tls.version, cipher=tls.cipher, sni=tls.sni)
        return Turn(events=(started,))

    def tls_failed(self, reason: str, moment: Moment) -> Turn:
        """End the session."""
        return Turn(then=Then.CLOSE, events=(TlsFailed(**self._stamp(moment), reason=reason),))

    def receive_message(self, content: bytearray, moment: Moment) -> Turn:
        """Judge a message that came by DATA."""
        return self._end_of_data(content, len(content), moment)

    def receive_oversized_message(self, size: int, moment: Moment) -> Turn:
        """Judge a message that was too long to be kept."""
        return self._end_of_data(bytearray(), size, moment)

    def receive_chunk(self, content: bytearray, moment: Moment) -> Turn:
        """Take a chunk; the last one ends the message (RFC 3030 §2)."""
        return self._take_chunk(content, 0, moment)

    def receive_oversized_chunk(self, size: int, moment: Moment) -> Turn:
        """Count a chunk that was too long to be kept."""
        return self._take_chunk(bytearray(), size, moment)

    def time_out(self, lasted: float, moment: Moment) -> Turn:
        """Say how long the session lasted, and close (CS-TO-01)."""
        timed_out = replies.TIMED_OUT.fill(duration=_duration(lasted))
        closed = Closed(**self._stamp(moment), why="timed out")
        return self._say(timed_out, moment, then=Then.CLOSE, events=(closed,), charges=self._close_submission(moment))

    def hung_up(self, why: str, moment: Moment) -> Turn:
        """Release what the session held."""
        closed = Closed(**self._stamp(moment), why=why)
        return Turn(then=Then.CLOSE, events=(closed,), charges=self._close_submission(moment))

    # Commands ----------------------------------------------------------------------------------------------------

    def _obey(self, command: Command, moment: Moment) -> Turn:  # noqa: C901, PLR0911 - one line a verb
        match command.verb:
            case Verb.EHLO | Verb.HELO:
                return self._hello(command, moment)
            case Verb.STARTTLS:
                return self._starttls(command, moment)
            case Verb.AUTH:
                return self._auth(command, moment)
            case Verb.MAIL:
                return self._mail(command, moment)
            case Verb.RCPT:
                return self._rcpt(command, moment)
            case Verb.DATA:
                return self._data(command, moment)
            case Verb.BDAT:
                return self._bdat(command, moment)
            case Verb.RSET:
                charges = self._forget_transaction(moment)
                return self._say(replies.RESET.fill(), moment, charges=charges)
            case Verb.QUIT:
                closed = Closed(**self._stamp(moment), why="QUIT")
                charges = self._close_submission(moment)
                return self._say(replies.BYE.fill(), moment, then=Then.CLOSE, events=(closed,), charges=charges)
            case Verb.VRFY:
                return self._say(replies.CANNOT_VERIFY.fill(), moment)
            case Verb.HELP:
                return self._say(replies.HELP.fill(), moment)
            case _:
                return self._say(replies.NOOP_OK.fill(), moment)

    def _hello(self, command: Command, moment: Moment) -> Turn:
        verdict = moment.rulebook.judge(HelloAsk(**self._circumstances(moment), argument=command.argument))
        if not verdict.admits:
            return self._refuse(verdict, command.verb.value, moment, counts_as_error=True)
        charges = self._forget_transaction(moment)  # RFC 5321 §4.1.4
        self._state = State.READY
        words = {"host": self._party.names.host, "ip": str(self._party.peer.ip)}
        if command.verb is Verb.HELO:
            return self._say(replies.HELLO.fill(**words), moment, charges=charges)
        offered = capabilities(self._party.endpoint, moment, in_tls=self._tls is not None)
        return self._say(replies.EHLO.fill(**words, capabilities="\n".join(offered)), moment, charges=charges)

    def _starttls(self, command: Command, moment: Moment) -> Turn:
        if self._tls is not None:
            return self._protocol_error(replies.STARTTLS_ONCE.fill(), "STARTTLS", moment)
        if command.argument:  # RFC 3207 §4
            return self._protocol_error(replies.INVALID_ARGUMENTS.fill(), "STARTTLS", moment)
        return self._say(replies.READY_FOR_TLS.fill(), moment, then=Then.START_TLS)

    def _auth(self, command: Command, moment: Moment) -> Turn:
        if self._account is not None:
            return self._protocol_error(replies.ALREADY_AUTHENTICATED.fill(), "AUTH", moment)
        name, _, initial = command.argument.partition(" ")
        if not name:
            return self._protocol_error(replies.INVALID_ARGUMENTS.fill(), "AUTH", moment)
        mechanism = Mechanism.named(name)
        verdict = moment.rulebook.judge(
            MechanismAsk(**self._circumstances(moment), mechanism=mechanism, mechanism_name=name)
        )
        if not verdict.admits:
            return self._refuse(verdict, f"AUTH {mechanism}", moment, counts_as_error=True)
        self._exchange = Login() if mechanism is Mechanism.LOGIN else XOAuth2()
        return self._advance_exchange(initial.strip() or None, moment)

    def _answer_prompt(self, line: bytes, moment: Moment) -> Turn:
        # Octets beyond ASCII are no base64; the replacement character makes the machine say so.
        return self._advance_exchange(line.decode("ascii", "replace").strip(), moment)

    def _advance_exchange(self, response: str | None, moment: Moment) -> Turn:
        exchange = self._exchange
        if exchange is None:  # pragma: no cover - only called with an exchange under way
            return self._say(replies.UNSUCCESSFUL.fill(), moment)
        step = exchange.step(response)
        if not isinstance(step, Finished):
            return self._say(step.fill(), moment)
        self._exchange = None
        return self._sign_in(exchange.mechanism, step, moment)

    def _sign_in(self, mechanism: Mechanism, given: Finished, moment: Moment) -> Turn:
        ask = sign_in_ask(
            mechanism,
            given,
            moment,
            endpoint=self._party.endpoint,
            peer=self._party.peer,
            tls=self._tls,
            on_legacy_host=self._party.on_legacy_host,
        )
        verdict = moment.rulebook.judge(ask)
        command = f"AUTH {mechanism}"
        if verdict.admits:
            self._account = Account(ask.mailbox, ask.tenant) if ask.mailbox and ask.tenant else None
            self._sign_in_failure = None
            return self._admit(verdict, command, moment)
        self._sign_in_failure = verdict.reply.line if verdict.reply else None
        self._failed_sign_ins += 1
        wrong = ask.credential is Credential.WRONG and mechanism.is_basic
        charges = (Charge(Meter.FAILED_SIGN_INS, ask.user, 1, moment.now),) if wrong else ()
        turn = self._refuse(verdict, command, moment, charges=charges)
        allowed = limits.LOGON_FAILURES.at(moment.now, moment.rulebook.calendar)
        return self._hang_up_after(turn, moment, due=self._failed_sign_ins >= allowed)

    def _mail(self, command: Command, moment: Moment) -> Turn:
        mail = parse_mail(command.argument)
        if isinstance(mail, Fault):
            return self._protocol_error(_FAULTS[mail].fill(), "MAIL", moment)
        ask = MailAsk(
            **self._circumstances(moment),
            mail_from=mail.sender,
            principal=self._account.mailbox if self._account else None,
            tenant=self._account.tenant if self._account else None,
            declared_size=mail.size,
            wants_smtputf8=mail.smtputf8,
            sign_in_failure=self._sign_in_failure,
        )
        verdict = moment.rulebook.judge(ask)
        if not verdict.admits:
            return self._refuse(verdict, "MAIL", moment)
        self._transaction = Transaction(mail)
        if self._party.endpoint is Endpoint.MX:
            self._transaction.attribution = attribute(moment.world, self._party.peer, mail.sender)
        self._state = State.MAIL
        return self._admit(verdict, f"MAIL FROM:<{mail.sender or ''}>", moment)

    def _rcpt(self, command: Command, moment: Moment) -> Turn:
        address = parse_rcpt(command.argument)
        if isinstance(address, Fault):
            return self._protocol_error(_FAULTS[address].fill(), "RCPT", moment)
        transaction = self._under_way()
        recipient = moment.world.recipient(address)
        ask = RcptAsk(
            **self._circumstances(moment),
            mail_from=transaction.sender,
            recipient=recipient,
            principal=self._account.mailbox if self._account else None,
            attribution=transaction.attribution,
            recipients=len(transaction.recipients),
            same_domain=transaction.of_domain(recipient),
            bound_to=transaction.bound_to,
        )
        verdict = moment.rulebook.judge(ask)
        if not verdict.admits:
            return self._refuse(verdict, f"RCPT TO:<{address}>", moment)
        transaction.recipients.append(recipient)
        self._state = State.RCPT
        return self._admit(verdict, f"RCPT TO:<{address}>", moment)

    def _data(self, command: Command, moment: Moment) -> Turn:
        transaction = self._under_way()
        if command.argument:
            return self._protocol_error(replies.INVALID_ARGUMENTS.fill(), "DATA", moment)
        if transaction.mail.body == "BINARYMIME":  # RFC 3030 §3
            return self._protocol_error(replies.BAD_SEQUENCE.fill(), "DATA", moment)
        charges = self._open_submission(moment)
        return self._say(replies.START_MAIL_INPUT.fill(), moment, then=Then.READ_MESSAGE, charges=charges)

    def _bdat(self, command: Command, moment: Moment) -> Turn:
        chunk = parse_chunk(command.argument)
        if isinstance(chunk, Fault):
            return self._protocol_error(_FAULTS[chunk].fill(), "BDAT", moment)
        self._pending_chunk = chunk
        return Turn(then=Then.READ_CHUNK, chunk=chunk.octets)

    def _take_chunk(self, content: bytearray, dropped: int, moment: Moment) -> Turn:
        """Take the octets that BDAT announced; they had to be read before a refusal can be said (RFC 3030 §2)."""
        chunk, self._pending_chunk = self._pending_chunk or Chunk(0, last=False), None
        out_of_order = OUT_OF_ORDER[self._state].get(Verb.BDAT)
        if out_of_order is not None or self._transaction is None:
            return self._protocol_error((out_of_order or replies.BAD_SEQUENCE).fill(), "BDAT", moment)
        transaction = self._transaction
        charges = self._open_submission(moment)
        if not transaction.content and not transaction.dropped:
            transaction.content = content
        elif content:
            transaction.content += content
        transaction.dropped += dropped
        size = len(transaction.content) + transaction.dropped
        if size > self.message_limit:
            transaction.dropped, transaction.content = size, bytearray()
        self._state = State.CHUNKS
        if not chunk.last:
            received = replies.CHUNK_OK.fill(octets=str(chunk.octets))
            return self._say(received, moment, charges=charges)
        turn = self._end_of_data(transaction.content, size, moment)
        return replace(turn, charges=(*charges, *turn.charges))

    # The end of a message ----------------------------------------------------------------------------------------

    def _end_of_data(self, content: bytearray, size: int, moment: Moment) -> Turn:
        transaction = self._under_way()
        number = self._messages + 1
        message_id = f"{self._party.label}-{number}"
        ask = data_ask(
            transaction, content, size, party=self._party, tls=self._tls, account=self._account, moment=moment
        )
        verdict = moment.rulebook.judge(ask)
        charges = self._forget_transaction(moment)
        command = f"end of data, {size} octets"
        if not verdict.admits:
            return self._refuse(verdict, command, moment, charges=charges)
        self._messages = number
        delivered = deliver(ask, verdict.decision(), content, message_id=message_id, party=self._party, moment=moment)
        kept = tuple(message for message in (delivered.message, delivered.report) if message is not None)
        events: list[Event] = [
            Kept(
                **self._stamp(moment),
                message=message_id,
                mail_from=str(ask.envelope.mail_from) if ask.envelope.mail_from else None,
                recipients=tuple(str(address) for address in ask.envelope.recipients),
                size=size,
            )
        ]
        if delivered.report is not None:
            failed = tuple(str(copy.recipient) for copy in delivered.message.copies if copy.rule is not None)
            report = delivered.report.id
            events.append(Reported(**self._stamp(moment), message=report, about=message_id, recipients=failed))
        turn = self._admit(verdict, command, moment)
        late = (delivery_instant(ask, moment) - moment.now) / timedelta(seconds=1)
        held_back = moment.rulebook.readings["message_rate"] == "late_reply"
        return replace(
            turn,
            kept=kept,
            charges=(*charges, *delivered.charges),
            events=(*turn.events, *events),
            delay=late if held_back else turn.delay,
        )

    # Concurrency -------------------------------------------------------------------------------------------------

    def _open_submission(self, moment: Moment) -> tuple[Charge, ...]:
        """Open the submission at DATA or the first chunk; the place in the queue is taken here (CS-LIM-01)."""
        transaction = self._under_way()
        if self._account is None or transaction.open_before is not None:
            return ()
        owner = self._account.mailbox.address.key
        transaction.open_before = moment.usage.total(Meter.OPEN_SUBMISSIONS, owner, moment.now)
        return (Charge(Meter.OPEN_SUBMISSIONS, owner, 1, moment.now),)

    def _close_submission(self, moment: Moment) -> tuple[Charge, ...]:
        transaction = self._transaction
        if self._account is None or transaction is None or transaction.open_before is None:
            return ()
        transaction.open_before = None
        return (Charge(Meter.OPEN_SUBMISSIONS, self._account.mailbox.address.key, -1, moment.now),)

    def _forget_transaction(self, moment: Moment) -> tuple[Charge, ...]:
        charges = self._close_submission(moment)
        self._transaction = None
        self._state = State.NEW if self._state is State.NEW else State.READY
        return charges

    def _under_way(self) -> Transaction:
        if self._transaction is None:
            msg = "the transition table lets this command through only within a transaction"
            raise AssertionError(msg)
        return self._transaction

    # Turns -------------------------------------------------------------------------------------------------------

    def _circumstances(self, moment: Moment) -> _Circumstances:
        return {"endpoint": self._party.endpoint, "now": moment.now, "peer": self._party.peer, "tls": self._tls}

    def _stamp(self, moment: Moment) -> _Stamp:
        return {"at": moment.now, "session": self._party.label, "endpoint": self._party.endpoint}

    def _banner_session(self, moment: Moment) -> str:
        rulebook = moment.rulebook
        shown = rulebook.calendar.has_come(milestones.BANNER_WITH_SESSION_ID.name, moment.now)
        if self._party.endpoint is Endpoint.MX:
            shown = shown and rulebook.readings["mx_banner_session_id"] == "present"
        return f" [{self._party.names.session_id}]" if shown else ""

    def _say(
        self,
        reply: Reply,
        moment: Moment,
        *,
        then: Then = Then.READ_COMMAND,
        events: tuple[Event, ...] = (),
        charges: tuple[Charge, ...] = (),
    ) -> Turn:
        delay = limits.TARPIT_SECONDS if self._party.tarpit and reply.template.slow else 0.0
        data = self._party.render(reply, moment)
        return Turn(data=data, then=then, delay=delay, events=events, charges=charges)

    def _admit(self, verdict: Verdict, command: str, moment: Moment) -> Turn:
        judged = Judged(**self._stamp(moment), command=command, decision=verdict.decision())
        return self._say(_spoken(verdict), moment, events=(judged,))

    def _refuse(
        self,
        verdict: Verdict,
        command: str,
        moment: Moment,
        *,
        charges: tuple[Charge, ...] = (),
        counts_as_error: bool = False,
    ) -> Turn:
        judged = Judged(**self._stamp(moment), command=command, decision=verdict.decision())
        closes = verdict.effect.kind is EffectKind.DISCONNECT
        then = Then.CLOSE if closes else Then.READ_COMMAND
        turn = self._say(_spoken(verdict), moment, then=then, events=(judged,), charges=charges)
        return self._count_error(turn, moment) if counts_as_error else turn

    def _protocol_error(self, reply: Reply, command: str, moment: Moment) -> Turn:
        facts = ReplyFacts(int(reply.code), str(reply.enhanced) if reply.enhanced else None, reply.text)
        answered = Answered(**self._stamp(moment), command=command, reply=facts)
        return self._count_error(self._say(reply, moment, events=(answered,)), moment)

    def _bad_input(self, reply: Reply, what: str, moment: Moment) -> Turn:
        bad = BadInput(**self._stamp(moment), what=what)
        return self._count_error(self._say(reply, moment, events=(bad,)), moment)

    def _count_error(self, turn: Turn, moment: Moment) -> Turn:
        self._errors += 1
        allowed = limits.PROTOCOL_ERRORS.at(moment.now, moment.rulebook.calendar)
        return self._hang_up_after(turn, moment, due=self._errors >= allowed)

    def _hang_up_after(self, turn: Turn, moment: Moment, *, due: bool) -> Turn:
        """End the session behind an answer when there were too many errors (CS-GAP-10)."""
        if not due or turn.then is Then.CLOSE or moment.rulebook.readings["error_limits"] == "none":
            return turn
        farewell = self._party.render(replies.TOO_MANY_ERRORS.fill(), moment)
        closed = Closed(**self._stamp(moment), why="too many errors")
        charges = (*turn.charges, *self._close_submission(moment))
        events = (*turn.events, closed)
        return replace(turn, data=turn.data + farewell, then=Then.CLOSE, events=events, charges=charges)


def _spoken(verdict: Verdict) -> Reply:
    """Give the answer of a verdict that is said on the wire."""
    if verdict.reply is None:
        msg = f"{verdict.rule or verdict.stage} says nothing, but stands where something must be said"
        raise AssertionError(msg)
    return verdict.reply


def _banner_date(moment: Moment) -> str:
    """Give RFC 5322 form without a leading zero in the day, as Exchange prints it (CS-BAN-03)."""
    text = format_datetime(moment.now)
    return text.replace(", 0", ", ", 1)


def _duration(seconds: float) -> str:
    """Give ``00:10:01.8904373``: hours, minutes, seconds with seven decimals (CS-TO-01)."""
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes) // 60:02d}:{int(minutes) % 60:02d}:{rest:010.7f}"
