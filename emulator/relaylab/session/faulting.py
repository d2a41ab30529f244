"""The faults of one session: which act at a step, what they answer, and what they make of the service's answer.

Laws of this module: without a fault on the board nothing here does anything, and no random number is drawn. Every act
is one use for the store to count and one event that names the fault; a fault that ``lasts`` acts once a connection.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from relaylab.domain.address import Address
from relaylab.domain.decision import ReplyFacts
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.event import Closed, Faulted
from relaylab.domain.fault import Behaviour, Fault, Layer, Step
from relaylab.domain.identity import Credential, Mechanism
from relaylab.domain.peer import TlsFacts
from relaylab.rules import replies
from relaylab.rules.faults import CONDUCTS, SAYABLE, Kind
from relaylab.session.fault_acts import hasten, own_octets, says_first, shake, shape
from relaylab.session.fault_choice import Act, FaultChoice
from relaylab.session.other_mechanisms import TAKEN
from relaylab.session.other_offers import has_starttls, mechanisms_of, other_offer
from relaylab.session.turn import Ending, Manner, Then, Turn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relaylab.domain.event import Event
    from relaylab.domain.peer import ClientHello
    from relaylab.domain.reply import Reply
    from relaylab.engine.verdict import Verdict
    from relaylab.session.moment import Moment
    from relaylab.session.party import Party
    from relaylab.session.progress import Progress
    from relaylab.session.sasl import Finished

_PRETENDED: Final = TlsFacts("TLSv1.2", "none: a fault lets clear text pass")
_ENDINGS: Final = {
    Behaviour.RSTDATA: Ending.RESET_AT_INPUT,
    Behaviour.RESET: Ending.RESET,
    Behaviour.ACCEPTRESET: Ending.RESET,
    Behaviour.HANGUP: Ending.HANG_UP,
    Behaviour.BLACKHOLE: Ending.SILENCE,
}


class Faulting:
    """The faults conduct of one session.

    Nobody calls it where the board is empty. A step is announced by ``at`` or ``answer``; ``mark`` ends the turn that
    came of it.
    """

    __slots__ = ("_chosen", "_failing", "_offered", "_party", "_progress", "is_shut", "is_silent", "said")

    def __init__(self, party: Party, progress: Progress) -> None:
        """Begin with nothing decided."""
        self._party = party
        self._progress = progress
        self._chosen: FaultChoice | None = None
        self._offered: dict[Layer, tuple[str, ...]] = {}
        self._failing: Fault | None = None  # the sign-in that is under way fails by this
        self.said = ""  # the last answer of a fault, as one line
        self.is_shut = False  # greeted with 554
        self.is_silent = False

    @property
    def _choice(self) -> FaultChoice:
        """The choice of faults, made when it is first needed: most sessions have none."""
        if self._chosen is None:
            self._chosen = FaultChoice(self._party, self._progress)
        return self._chosen

    # Steps -----------------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Begin a turn of which nothing is known yet."""
        self._choice.begin()

    def at(self, step: Step, command: str, moment: Moment) -> None:
        """Announce a step at which no fault answers."""
        self._choice.at(step, command, moment)

    def answer(  # noqa: PLR0913 - a step, and who is concerned
        self,
        step: Step,
        command: str,
        moment: Moment,
        *,
        sender: Address | None = None,
        recipients: tuple[Address, ...] = (),
        argument: str = "",
    ) -> Turn | None:
        """Announce a step, and give the answer of a fault that takes the service's place there."""
        self._choice.at(step, command, moment, sender=sender, recipients=recipients)
        if step is Step.MECHANISM:
            self._failing = None  # of a sign-in that was given up
        if step is Step.STARTTLS and (unoffered := self._answer_unoffered_starttls(moment)):
            return unoffered
        if step is Step.AUTH and self._failing is not None:
            fault, self._failing = self._failing, None
            return self._say_for(fault, replies.UNSUCCESSFUL.fill(), moment)
        for act in self._choice.standing(moment, Kind.ANSWER, argument=argument):
            return self._say_act(act, moment)
        return None

    def _answer_unoffered_starttls(self, moment: Moment) -> Turn | None:
        offered = self._offered.get(Layer.CLEAR)
        if self._progress.tls is not None or offered is None or has_starttls(offered):
            return None
        takes_it_out = {Behaviour.NOSTARTTLS, Behaviour.STARTTLSPLAIN, Behaviour.WITHOUT}
        faults = (
            one for one in moment.board.faults if one.behaviour in takes_it_out and self._choice.has_decided_for(one)
        )
        fault = next(faults, None)  # None: it has been taken off the board meanwhile
        return self._say_for(fault, replies.UNRECOGNISED.fill(length="8"), moment) if fault else None

    # What else is asked in the middle of a turn ----------------------------------------------------------------------

    def offer(self, offered: tuple[str, ...], in_tls: tuple[str, ...], moment: Moment) -> tuple[str, ...]:
        """Give the EHLO list as faults have it."""
        layer = Layer.CLEAR if self._progress.tls is None else Layer.TLS
        for act in self._choice.standing(moment, Kind.OFFER):
            dice = self._choice.dice_of(act.fault)
            offered = other_offer(act.fault, offered, in_tls, layer=layer, chance=dice)
            if act.fault.behaviour is Behaviour.STARTTLSPLAIN and layer is Layer.CLEAR:
                self._progress.pretended_tls = _PRETENDED
        self._offered[layer] = offered
        return offered

    def takes(self, mechanism: Mechanism) -> bool:
        """Tell whether a fault has offered a mechanism that the service does not hold, and that can be held.

        At the MX none can: whoever gives a password there is judged by nobody.
        """
        if self._party.endpoint is Endpoint.MX:
            return False
        layer = Layer.CLEAR if self._progress.tls is None else Layer.TLS
        return mechanism in TAKEN and mechanism.value in mechanisms_of(self._offered.get(layer, ()))

    def challenge(self, mechanism: Mechanism, given: Finished, moment: Moment) -> Reply | None:
        """Give the prompt with which a fault draws a sign-in out."""
        if given.problem is Credential.CANCELLED or self._failing is not None:
            return None
        # It does not count: the verdict is still to come.
        self._choice.at(Step.AUTH, f"AUTH {mechanism}", moment, sender=address_of(given.user), counts=False)
        for act in self._choice.standing(moment, Kind.CHALLENGE, argument=mechanism.value):
            reply = (act.conduct.reply or replies.ANOTHER_CHALLENGE).fill()
            act.reply = _facts(reply)
            if act.fault.behaviour is Behaviour.JSON334:
                self._failing = act.fault
            return reply
        return None

    def lets_through(self, moment: Moment) -> bool:
        """Tell whether a fault has the service take what it may refuse, at the step that was announced."""
        return any(True for _ in self._choice.standing(moment, Kind.WAIVER))

    def admit(self, verdict: Verdict, moment: Moment) -> Turn:
        """Give the answer of a verdict that no rule was asked for."""
        reply = verdict.reply
        if reply is None:
            msg = f"{verdict.stage} says nothing, but stands where something must be said"
            raise AssertionError(msg)
        fault = next(
            one
            for one in moment.board.faults
            if CONDUCTS[one.behaviour].kind is Kind.WAIVER and self._choice.has_decided_for(one)
        )
        return self._say_for(fault, reply, moment)

    def opens_in_tls(self, moment: Moment) -> bool:
        """Tell whether the connection begins with a handshake."""
        self._choice.at(Step.CONNECT, "connection", moment, counts=False)  # the greeting is still to come
        return any(True for _ in self._choice.standing(moment, Kind.OPENING))

    def shake(self, hello: ClientHello, moment: Moment) -> Turn:
        """Say how a ClientHello is answered."""
        self._choice.at(Step.TLS, "TLS handshake", moment)
        if hello.server_name:
            self._choice.in_the_name_of(hello.server_name)
        turn = Turn(then=Then.START_TLS, manner=Manner(handshake=shake(list(self._tls_faults(hello, moment)))))
        for act in self._choice.standing(moment, Kind.END):
            turn = self._end(act, turn, moment)
        return self._signed(turn, moment)

    def _tls_faults(self, hello: ClientHello, moment: Moment) -> Iterator[Fault]:
        for act in self._choice.standing(moment, Kind.TLS, hello=hello):
            yield act.fault

    # The end of a turn -----------------------------------------------------------------------------------------------

    def mark(self, turn: Turn, moment: Moment) -> Turn:
        """Give a turn as faults have it, with the uses and events of those that acted."""
        self._choice.at_least_an_error(moment)
        if turn.data:
            for act in self._choice.standing(moment, Kind.FORM, turn=turn):
                turn = shape(act.fault, act.conduct, turn)
                act.reply = self._worded(act)
            for act in self._choice.standing(moment, Kind.PACE):
                turn = hasten(act.fault, act.conduct, turn)
        if turn.data or turn.then is Then.READ_CHUNK:
            for act in self._choice.standing(moment, Kind.END, turn=turn):
                turn = self._end(act, turn, moment)
        if turn.then is Then.START_TLS and _may_act_in_tls(moment):
            turn = replace(turn, manner=replace(turn.manner or Manner(), peeks=True))
        return self._signed(turn, moment)

    def _end(self, act: Act, turn: Turn, moment: Moment) -> Turn:
        """End the connection as a fault has it."""
        ending = _ENDINGS[act.fault.behaviour]
        pause = act.conduct.seconds if act.fault.seconds is None else act.fault.seconds
        manner = replace(
            turn.manner or Manner(), ending=ending, pause=max(pause, turn.manner.pause if turn.manner else 0)
        )
        turn = replace(turn, data=turn.data if says_first(act.fault, act.conduct) else b"", manner=manner)
        if ending is Ending.SILENCE:
            self.is_silent = True
            return replace(turn, then=Then.READ_COMMAND)
        if ending is Ending.RESET_AT_INPUT:
            return turn
        return self._closing(turn, f"{ending.value.partition(',')[0]}, as {act.fault} has it", moment)

    def _signed(self, turn: Turn, moment: Moment) -> Turn:
        """Add uses and events; the end of the session stays the last event."""
        acts = self._choice.take_acts()
        if not acts:
            return turn
        closed = tuple(event for event in turn.events if isinstance(event, Closed))
        before = tuple(event for event in turn.events if not isinstance(event, Closed))
        told: tuple[Event, ...] = tuple(self._event(act, moment) for act in acts if act.conduct.kind is not Kind.SHIELD)
        uses = tuple(act.use for act in acts if act.use is not None)
        return replace(turn, events=(*before, *told, *closed), uses=(*turn.uses, *uses))

    # Words -----------------------------------------------------------------------------------------------------------

    def _say_act(self, act: Act, moment: Moment) -> Turn:
        """Give the answer of a fault that takes the service's place."""
        fault = act.fault
        data, act.reply = self._own_answer(act, moment)
        turn, self.said = Turn(data), act.reply.line
        if fault.behaviour is Behaviour.CONNECT554:
            self.is_shut = True
        closes = fault.closes
        if closes is None:
            closes = act.conduct.closes or act.reply.code == int(replies.SERVICE_NOT_AVAILABLE.code)
        return self._closing(turn, f"closed with {act.reply.code}, as {fault} has it", moment) if closes else turn

    def _own_answer(self, act: Act, moment: Moment) -> tuple[bytes, ReplyFacts]:
        fault = act.fault
        if fault.reply is not None:
            return own_octets(fault.reply), ReplyFacts(fault.reply.code, fault.reply.enhanced or None, fault.reply.text)
        template = SAYABLE[fault.says] if fault.says else act.conduct.reply
        if template is None:
            msg = f"{fault} has nothing to say; check() lets no such fault through"
            raise AssertionError(msg)
        account, transaction = self._progress.account, self._progress.transaction
        sender = transaction.sender if transaction else None
        mailbox = account.address if account else sender
        reply = template.fill(length="4", mailbox=str(mailbox or "<>"), sender=str(sender or "<>"))
        return self._party.render(reply, moment), _facts(reply)

    def _say_for(self, fault: Fault, reply: Reply, moment: Moment) -> Turn:
        """Give an answer that follows from what a fault has done before; it is told, and not counted again."""
        known = next((act for act in self._choice.acts if act.fault is fault and act.reply is None), None)
        if known is not None:
            known.reply = _facts(reply)
        else:
            self._choice.acts.append(Act(fault, CONDUCTS[fault.behaviour], self._choice.command, None, _facts(reply)))
        return Turn(self._party.render(reply, moment))

    def _worded(self, act: Act) -> ReplyFacts | None:
        """Give what a fault made the service say, where that is its own text."""
        own = act.fault.reply if act.fault.behaviour is Behaviour.REPLY else None
        return ReplyFacts(own.code, own.enhanced or None, own.text) if own else None

    def _closing(self, turn: Turn, why: str, moment: Moment) -> Turn:
        if turn.then is Then.CLOSE:
            return turn
        closed = Closed(at=moment.now, session=self._party.label, endpoint=self._party.endpoint, why=why)
        return replace(turn, then=Then.CLOSE, events=(*turn.events, closed))

    def _event(self, act: Act, moment: Moment) -> Faulted:
        return Faulted(
            at=moment.now,
            session=self._party.label,
            endpoint=self._party.endpoint,
            fault=act.fault.id,
            behaviour=act.fault.behaviour.value,
            command=act.command,
            did=act.conduct.sentence,
            reply=act.reply,
            source=act.conduct.source,
        )


def _may_act_in_tls(moment: Moment) -> bool:
    """Tell whether somebody must look at the ClientHello."""
    return any(CONDUCTS[fault.behaviour].kind is Kind.TLS or fault.step is Step.TLS for fault in moment.board.faults)


def address_of(user: str) -> Address | None:
    """Give the address that a user name is, or None where it is none."""
    try:
        return Address.parse(user)
    except ValueError:
        return None


def _facts(reply: Reply) -> ReplyFacts:
    return ReplyFacts(int(reply.code), str(reply.enhanced) if reply.enhanced else None, reply.text)
