"""The complete message: judged, and delivered where it is accepted.

Law of this module: the transaction is over when it has answered, whatever the answer.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from relaylab.domain.endpoint import Endpoint
from relaylab.domain.fault import Step
from relaylab.session.acs_delivery import deliver_through_acs
from relaylab.session.aftermath import aftermath
from relaylab.session.courses import follow, remember_course
from relaylab.session.delivery import deliver, delivery_instant
from relaylab.session.end_of_data import called, data_ask
from relaylab.session.habits import SentAgain, habit_before, remember_habit
from relaylab.session.head import Letter
from relaylab.session.transacting import Transacting
from relaylab.session.turn import Turn

if TYPE_CHECKING:
    from relaylab.domain.asks import DataAsk
    from relaylab.domain.charge import Charge
    from relaylab.domain.decision import Decision
    from relaylab.session.delivery import Delivered
    from relaylab.session.moment import Moment
    from relaylab.session.transaction import Transaction

_MX: Final = Endpoint.MX  # Python 3.11 takes a call to find a name of an enum
_SUBMISSION: Final = Endpoint.SUBMISSION


class Completing(Transacting):
    """How a session takes the message of a transaction."""

    __slots__ = ()

    def end_of_data(self, content: bytes | bytearray, size: int, moment: Moment) -> Turn:
        """Judge the complete message and, where it is accepted, deliver it; the transaction is over either way."""
        if moment.board.faults and (answer := self._faulting.answer(Step.FINAL, called(size), moment)):
            return replace(answer, charges=self.forget(moment))
        letter, progress = Letter.read(content, size), self._progress
        before = self._named_before(self._under_way(), moment)
        if before is not None and progress.party.endpoint is _MX:
            turn = follow(progress.party, before, letter, progress.hello_name, progress.messages + 1, moment)
            if turn is not None:
                progress.messages += 1
                self._end()  # nobody is signed in, so nothing is charged
                return turn
        return self.judge(letter, moment)

    def judge(self, letter: Letter, moment: Moment) -> Turn:
        """Judge a complete message that goes no known course."""
        transaction, message_id = self._under_way(), self._progress.party.message_id(self._progress.messages + 1)
        before = self._named_before(transaction, moment)
        party, command, content = self._progress.party, called(letter.size), letter.content
        is_submitted = party.endpoint is _SUBMISSION
        habit = habit_before(before, letter, moment) if before is not None and is_submitted else None
        if habit is not None:
            ask = habit.ask_about(letter, transaction, party, moment)
        else:
            ask = self._ask_about(letter, transaction, message_id, moment)
        is_let_through = bool(moment.board.faults) and self._faulting.lets_through(moment)
        verdict = moment.rulebook.default(ask) if is_let_through else moment.rulebook.judge(ask)
        charges = (*self.forget(moment), *(self._progress.acs.charges(ask, moment) if self._progress.acs else ()))
        # Until 2023-11-01 the From header may have bettered what was found at MAIL.
        is_bettered = ask.attribution is not transaction.attribution and ask.attribution != transaction.attribution
        anew = (self._attributed(ask.attribution, moment),) if is_bettered else ()
        if not verdict.admits:
            refused = self._speech.refuse(verdict, command, moment, charges=charges)
            return replace(refused, events=(*anew, *refused.events))
        self._progress.messages += 1
        if habit is not None and habit.holds(verdict, ask, moment):
            sent = SentAgain(habit, ask, verdict, party, message_id, delivery_instant(ask, moment))
            return self._send_again(sent, content, charges, moment)
        decision = None if is_let_through else verdict.decision()
        delivered = self._deliver(ask, decision, content, transaction, message_id, moment)
        if before is not None and party.endpoint is _MX and transaction.named is before:
            remember_course(before, letter, ask, verdict, delivered, transaction, moment)
        elif before is not None and is_submitted:
            remember_habit(before, ask, verdict, delivered, moment)
        kept = tuple(message for message in (delivered.message, delivered.report) if message is not None)
        events = aftermath(delivered, self._speech, moment)
        turn = self._admit(verdict, command, moment, is_let_through=is_let_through)
        late = turn.delay
        if moment.rulebook.readings["message_rate"] == "late_reply":
            late = (delivery_instant(ask, moment) - moment.now) / timedelta(seconds=1)
        return Turn(
            data=turn.data,
            then=turn.then,
            delay=late,
            charges=(*charges, *delivered.charges),
            kept=kept,
            events=(*anew, *turn.events, *events),
            uses=(*turn.uses, *(one.use for one in delivered.faulted)),
            despatch=delivered.despatch,
            manner=turn.manner,
        )

    def _ask_about(self, letter: Letter, transaction: Transaction, message_id: str, moment: Moment) -> DataAsk:
        """Ask about a message of which nothing is remembered."""
        progress = self._progress
        return data_ask(
            transaction,
            letter,
            party=progress.party,
            tls=progress.seen_tls,
            hello=progress.hello_name,
            message_id=message_id,
            account=progress.account,
            acs=progress.acs,
            moment=moment,
        )

    def _deliver(  # noqa: PLR0913, PLR0917 - the message, its verdict, and where both are
        self,
        ask: DataAsk,
        decision: Decision | None,
        content: bytes | bytearray,
        transaction: Transaction,
        message_id: str,
        moment: Moment,
    ) -> Delivered:
        """Deliver an accepted message, by the road of whoever is signed in."""
        progress = self._progress
        if progress.acs is not None:
            return deliver_through_acs(
                ask, decision, content, account=progress.acs, message_id=message_id, party=progress.party, moment=moment
            )
        return deliver(
            ask,
            decision,
            content,
            transaction=transaction,
            message_id=message_id,
            hello=progress.hello_name,
            party=progress.party,
            moment=moment,
        )

    def _send_again(
        self, sent: SentAgain, content: bytes | bytearray, charges: tuple[Charge, ...], moment: Moment
    ) -> Turn:
        """Accept a message that is like others of its mailbox."""
        reply, kept = sent.reply(), sent.message(content)
        return self._speech.say(reply, moment, events=sent, charges=(*charges, *sent.charges()), kept=(kept,))
