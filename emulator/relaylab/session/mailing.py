"""MAIL, RCPT, DATA and BDAT: a transaction from its sender to the last octet of its message.

Law of this module: every transaction begins here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from relaylab.domain.asks import MailAsk, RcptAsk
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.fault import Step
from relaylab.domain.world import Standing
from relaylab.engine.attribution import attribute
from relaylab.rules import limits, replies
from relaylab.rules.limits import direct_send_delay
from relaylab.session.commands import Chunk, Fault, Verb, parse_chunk, parse_mail, parse_rcpt
from relaylab.session.completing import Completing
from relaylab.session.envelopes import (
    MOST_RECIPIENTS,
    NamedRecipient,
    NamedSender,
    is_lasting,
    opening_of,
    recipient_before,
    remember,
    sender_before,
)
from relaylab.session.hve import sent_today
from relaylab.session.standing import standing_of_address, standing_of_names
from relaylab.session.transaction import Transaction
from relaylab.session.transitions import OUT_OF_ORDER, State
from relaylab.session.turn import Then, Turn

if TYPE_CHECKING:
    from relaylab.domain.address import Address
    from relaylab.domain.attribution import Attribution
    from relaylab.domain.event import Event
    from relaylab.session.commands import Command, MailFrom
    from relaylab.session.faulting import Faulting
    from relaylab.session.moment import Moment
    from relaylab.session.progress import Progress
    from relaylab.session.speech import Speech

_MX: Final = Endpoint.MX  # Python 3.11 takes a call to find a name of an enum
_MAIL: Final = State.MAIL
_RCPT: Final = State.RCPT
_FAULTS: Final = {
    Fault.ARGUMENTS: replies.INVALID_ARGUMENTS,
    Fault.SENDER: replies.INVALID_SENDER,
    Fault.RECIPIENT: replies.INVALID_RECIPIENT,
}


class Mailing(Completing):
    """The commands of one session's transactions."""

    __slots__ = ("_pending_chunk",)

    def __init__(self, speech: Speech, progress: Progress, faulting: Faulting) -> None:
        """Begin without a transaction."""
        super().__init__(speech, progress, faulting)
        self._pending_chunk: Chunk | None = None

    # Commands ----------------------------------------------------------------------------------------------------

    def mail(self, command: Command, moment: Moment) -> Turn:
        """Judge the sender and begin a transaction."""
        mail = parse_mail(command.argument)
        self._progress.refused = True
        if isinstance(mail, Fault):
            return self._speech.protocol_error(_FAULTS[mail].fill(), "MAIL", moment)
        progress, name = self._progress, mail.said
        if moment.board.faults:
            answer = self._faulting.answer(Step.MAIL, name, moment, sender=mail.sender, argument=command.argument)
            if answer is not None:
                return answer
        opening = opening_of(progress, mail, moment)
        known = sender_before(opening, mail, moment) if opening is not None else None
        if known is not None:
            return self._opened_again(known, mail, moment)
        ask = MailAsk(
            **progress.circumstances(moment),
            mail_from=mail.sender,
            principal=progress.account.mailbox if progress.account else None,
            tenant=progress.account.tenant if progress.account else None,
            hve=progress.account.hve if progress.account else None,
            declared_size=mail.size,
            wants_smtputf8=mail.smtputf8,
            sign_in_failure=progress.sign_in_failure,
            acs=progress.acs.resource if progress.acs else None,
            **standing_of_names(mail.sender, progress.hello_name, moment),
        )
        is_let_through = bool(moment.board.faults) and self._faulting.lets_through(moment)
        verdict = moment.rulebook.default(ask) if is_let_through else moment.rulebook.judge(ask)
        if not verdict.admits:
            return self._speech.refuse(verdict, "MAIL", moment)
        transaction = progress.transaction = Transaction(mail)
        progress.state = _MAIL
        progress.refused = False
        events: tuple[Event, ...] = ()
        if progress.party.endpoint is Endpoint.MX:
            transaction.attribution = self._attribution(ask, moment)
            events = (self._attributed(transaction.attribution, moment),)
        if opening is not None:
            transaction.named = NamedSender(verdict, transaction.attribution, mail)
            remember(opening, mail.path, transaction.named, moment)
        return self._admit(verdict, name, moment, *events, is_let_through=is_let_through)

    def _opened_again(self, named: NamedSender, mail: MailFrom, moment: Moment) -> Turn:
        """Begin a transaction with a sender that was granted under these circumstances before."""
        progress = self._progress
        progress.transaction = Transaction(mail, named.attribution, named=named)
        progress.state = _MAIL
        progress.refused = False
        events = (self._attributed(named.attribution, moment),) if progress.party.endpoint is _MX else ()
        return self._speech.admit_again(named.verdict, mail.said, moment, events, named.facts_of(mail), named.reply)

    def rcpt(self, command: Command, moment: Moment) -> Turn:
        """Judge a recipient and add it."""
        transaction = self._under_way()
        rcpt = parse_rcpt(command.argument)
        if isinstance(rcpt, Fault):
            self._progress.refused = True
            return self._speech.protocol_error(_FAULTS[rcpt].fill(), "RCPT", moment)
        address, name = rcpt.address, rcpt.said
        if moment.board.faults:
            answer = self._faulting.answer(Step.RCPT, name, moment, recipients=(address,), argument=command.argument)
            if answer is not None:
                self._progress.refused = True
                return answer
        before = self._named_before(transaction, moment)
        known = recipient_before(before, rcpt.path, moment) if before is not None else None
        if known is not None:
            transaction.add(known.recipient, rcpt.notice)
            transaction.named = known
            self._progress.state = _RCPT
            return self._speech.admit_again(known.verdict, name, moment, reply=known.reply)
        recipient, account = moment.world.recipient(address), self._progress.account
        today, outside_today = sent_today(account, transaction, moment)
        ask = RcptAsk(
            **self._progress.circumstances(moment),
            mail_from=transaction.sender,
            recipient=recipient,
            principal=account.mailbox if account else None,
            hve=account.hve if account else None,
            tenant=account.tenant if account else None,
            tenant_today=today,
            tenant_outside_today=outside_today,
            attribution=transaction.attribution,
            recipients=len(transaction.recipients),
            same_domain=transaction.of_domain(address.domain),
            bound_to=transaction.bound_to,
            bound_region=transaction.bound_region,
            sender_counts=_counts_for_direct_send(transaction.sender, moment),
            direct_send_delay=direct_send_delay(moment.rulebook),
            recipient_state=moment.world.state_of_recipient(address),
            **standing_of_address(self._progress.party.peer.ip, moment),
        )
        is_let_through = bool(moment.board.faults) and self._faulting.lets_through(moment)
        verdict = moment.rulebook.default(ask) if is_let_through else moment.rulebook.judge(ask)
        if not verdict.admits:
            self._progress.refused = True
            return self._speech.refuse(verdict, name, moment)
        transaction.add(recipient, rcpt.notice)
        self._progress.state = _RCPT
        transaction.named = None
        if before is not None and is_lasting(recipient, moment) and len(transaction.recipients) <= MOST_RECIPIENTS:
            transaction.named = NamedRecipient(verdict, recipient)
            remember(before, rcpt.path, transaction.named, moment)
        return self._admit(verdict, name, moment, is_let_through=is_let_through)

    def data(self, command: Command, moment: Moment) -> Turn:
        """Ask for the message."""
        transaction = self._under_way()
        if command.argument:
            return self._speech.protocol_error(replies.INVALID_ARGUMENTS.fill(), "DATA", moment)
        if transaction.mail.body == "BINARYMIME":  # RFC 3030 §3
            return self._speech.protocol_error(replies.BAD_SEQUENCE.fill(), "DATA", moment)
        if moment.board.faults and (answer := self._faulting.answer(Step.DATA, "DATA", moment)):
            return answer
        return self._speech.ask_for_message(self._open_submission(moment))

    def bdat(self, command: Command, moment: Moment) -> Turn:
        """Have the announced octets read."""
        chunk = parse_chunk(command.argument)
        if isinstance(chunk, Fault):
            return self._speech.protocol_error(_FAULTS[chunk].fill(), "BDAT", moment)
        self._pending_chunk = chunk
        if moment.board.faults:
            self._faulting.at(Step.DATA, "BDAT", moment)
        transaction = self._progress.transaction
        is_refused = transaction is None or Verb.BDAT in OUT_OF_ORDER[self._progress.state]
        onto = bytearray() if transaction is None or is_refused else transaction.content
        return Turn(then=Then.READ_CHUNK, chunk=chunk.octets, onto=onto)

    # Content -----------------------------------------------------------------------------------------------------

    def take_chunk(self, dropped: int, moment: Moment) -> Turn:
        """Take the octets that BDAT announced; they had to be read before a refusal can be said (RFC 3030 §2).

        They are in the transaction's content already, unless so many were dropped.
        """
        chunk, self._pending_chunk = self._pending_chunk or Chunk(0, last=False), None
        out_of_order = OUT_OF_ORDER[self._progress.state].get(Verb.BDAT)
        if out_of_order is not None or self._progress.transaction is None:
            reply, forgiven = (out_of_order or replies.BAD_SEQUENCE).fill(), self._progress.forgives(Verb.BDAT)
            return self._speech.protocol_error(reply, "BDAT", moment, forgiven=forgiven)
        if moment.board.faults and not chunk.last:
            answer = self._faulting.answer(Step.CHUNK, "BDAT", moment)
            if answer is not None:
                charges = self.forget(moment)  # RFC 3030 §2: what is left of it is undefined
                self._progress.refused = True
                return replace(answer, charges=charges)
        transaction = self._progress.transaction
        charges = self._open_submission(moment)
        transaction.dropped += dropped
        size = len(transaction.content) + transaction.dropped
        if size > limits.MESSAGE_SIZE:
            transaction.dropped, transaction.content = size, bytearray()
        self._progress.state = State.CHUNKS
        if not chunk.last:
            received = replies.CHUNK_OK.fill(octets=str(chunk.octets))
            return self._speech.say(received, moment, charges=charges)
        turn = self.end_of_data(transaction.content, size, moment)
        return replace(turn, charges=(*charges, *turn.charges))

    @staticmethod
    def _attribution(ask: MailAsk, moment: Moment) -> Attribution:
        """Attribute a transaction; for a client without a certificate it is the same again in this world."""
        if ask.tls is not None and ask.tls.client_certificate is not None:
            return attribute(moment.world, ask.arrival, ask.mail_from)
        key = ("attribution", ask.peer.ip, ask.tls is None, str(ask.mail_from))
        return moment.memory.recall(key, lambda: attribute(moment.world, ask.arrival, ask.mail_from))


def _counts_for_direct_send(sender: Address | None, moment: Moment) -> bool:
    """Tell whether MAIL FROM is what Direct Send needs: a domain, or an address that exists (MX-GAP-17)."""
    if sender is None or moment.rulebook.readings["direct_send_sender"] == "domain":
        return True
    return moment.world.recipient(sender).standing not in {Standing.UNKNOWN, Standing.RELAYED, Standing.OUTSIDE}
