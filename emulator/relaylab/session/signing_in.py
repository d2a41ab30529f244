"""AUTH: from the mechanism's name through the prompts to the verdict on the credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relaylab.domain.asks import MechanismAsk
from relaylab.domain.charge import Charge, Meter
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.fault import Step
from relaylab.domain.identity import Credential, Mechanism
from relaylab.rules import replies
from relaylab.session.acs import AcsAccount
from relaylab.session.acs_sign_in import acs_sign_in_ask
from relaylab.session.end_of_data import Account
from relaylab.session.faulting import address_of
from relaylab.session.other_mechanisms import DrawnOut, exchange_of
from relaylab.session.sasl import Exchange, Finished, Login, XOAuth2
from relaylab.session.sign_in import sign_in_ask
from relaylab.session.signed_in import (
    door_of,
    mechanism_before,
    remember_mechanism,
    remember_sign_in,
    signed_in_before,
)
from relaylab.session.turn import Turn

if TYPE_CHECKING:
    from relaylab.session.commands import Command
    from relaylab.session.envelopes import Opening
    from relaylab.session.faulting import Faulting
    from relaylab.session.moment import Moment
    from relaylab.session.progress import Progress
    from relaylab.session.speech import Speech

_LOGIN: Final = Mechanism.LOGIN  # Python 3.11 takes a call to find a name of an enum
_ACS: Final = Endpoint.ACS_SMTP


class SigningIn:
    """The sign-in conduct of one session."""

    __slots__ = ("_door", "_exchange", "_faulting", "_progress", "_speech")

    def __init__(self, speech: Speech, progress: Progress, faulting: Faulting) -> None:
        """Begin with no exchange under way."""
        self._speech = speech
        self._progress = progress
        self._faulting = faulting
        self._exchange: Exchange | None = None
        self._door: Opening | None = None  # that the last AUTH came by

    @property
    def is_under_way(self) -> bool:
        """True while the next line is an answer to a prompt, whatever it looks like."""
        return self._exchange is not None

    def abandon(self) -> None:
        """End an exchange without a verdict."""
        self._exchange = None

    def auth(self, command: Command, moment: Moment) -> Turn:
        """Judge the mechanism and begin its exchange."""
        if self._progress.account is not None or self._progress.acs is not None:
            return self._speech.protocol_error(replies.ALREADY_AUTHENTICATED.fill(), "AUTH", moment)
        name, _, initial = command.argument.partition(" ")
        if not name:
            return self._speech.protocol_error(replies.INVALID_ARGUMENTS.fill(), "AUTH", moment)
        door = self._door = door_of(self._progress, moment)
        known = mechanism_before(door, name, moment) if door is not None else None
        begun = self._exchange_of(known) if known is not None else self._begin(name, moment)
        return begun if isinstance(begun, Turn) else self._advance(begun, initial.strip() or None, moment)

    def _begin(self, name: str, moment: Moment) -> Exchange | Turn:
        """Judge a mechanism and begin its exchange, or refuse it."""
        mechanism = Mechanism.named(name)
        if moment.board.faults:
            answer = self._faulting.answer(Step.MECHANISM, f"AUTH {mechanism}", moment)
            if answer is not None:
                return answer
            if self._faulting.takes(mechanism):
                return exchange_of(mechanism)
        verdict = moment.rulebook.judge(
            MechanismAsk(**self._progress.circumstances(moment), mechanism=mechanism, mechanism_name=name)
        )
        if not verdict.admits:
            return self._speech.refuse(verdict, f"AUTH {mechanism}", moment, counts_as_error=True)
        if self._door is not None:
            remember_mechanism(self._door, name, mechanism, moment)
        return self._exchange_of(mechanism)

    @staticmethod
    def _exchange_of(mechanism: Mechanism) -> Exchange:
        """Begin the exchange of a mechanism that was granted."""
        return Login() if mechanism is _LOGIN else XOAuth2()

    def answer(self, line: bytes, moment: Moment) -> Turn:
        """Take the answer to a prompt."""
        exchange = self._exchange
        if exchange is None:
            msg = "a line is the answer to a prompt only while an exchange is under way"
            raise AssertionError(msg)
        # Octets beyond ASCII are no base64; the replacement character makes the machine say so.
        return self._advance(exchange, line.decode("ascii", "replace").strip(), moment)

    def _advance(self, exchange: Exchange, response: str | None, moment: Moment) -> Turn:
        step = exchange.step(response)
        if isinstance(step, Finished):
            self._exchange = None
            if moment.board.faults and not isinstance(exchange, DrawnOut):
                challenge = self._faulting.challenge(exchange.mechanism, step, moment)
                if challenge is not None:
                    self._exchange = DrawnOut(exchange.mechanism, step)
                    return self._speech.say(challenge, moment)
            return self._judge(exchange.mechanism, step, moment)
        self._exchange = exchange
        if moment.board.faults:
            self._faulting.at(Step.PROMPT, f"AUTH {exchange.mechanism}", moment)
        return self._speech.say(step.fill(), moment)

    def _judge(self, mechanism: Mechanism, given: Finished, moment: Moment) -> Turn:
        progress = self._progress
        command = f"AUTH {mechanism}"
        if moment.board.faults:
            answer = self._faulting.answer(Step.AUTH, command, moment, sender=address_of(given.user))
            if answer is not None:
                progress.sign_in_failure = self._faulting.said
                return answer
        if progress.party.endpoint is _ACS:
            return self._judge_for_acs(mechanism, given, moment)
        door = self._door
        if door is None or not door.holds(moment):
            door = door_of(progress, moment)
        known = signed_in_before(door, mechanism, given, moment) if door is not None else None
        if known is not None:
            progress.account, progress.signed_in, progress.sign_in_failure = known.account, known, None
            return self._speech.admit_again(known.verdict, command, moment)
        ask = sign_in_ask(
            mechanism,
            given,
            moment,
            endpoint=progress.party.endpoint,
            peer=progress.party.peer,
            tls=progress.seen_tls,
            on_legacy_host=progress.party.on_legacy_host,
        )
        verdict = moment.rulebook.judge(ask)
        if verdict.admits:
            progress.account = (
                Account(ask.mailbox, ask.tenant, ask.token, ask.service_principal, ask.hve)
                if ask.tenant and (ask.mailbox or ask.hve)
                else None
            )
            if progress.account is not None and door is not None:
                progress.signed_in = remember_sign_in(door, ask, progress.account, verdict, moment)
            progress.sign_in_failure = None
            return self._speech.admit(verdict, command, moment)
        progress.sign_in_failure = verdict.reply.line if verdict.reply else None
        wrong = ask.credential is Credential.WRONG and mechanism.is_basic
        charges = (Charge(Meter.FAILED_SIGN_INS, ask.user, 1, moment.now),) if wrong else ()
        return self._speech.refuse_sign_in(verdict, command, moment, charges=charges)

    def _judge_for_acs(self, mechanism: Mechanism, given: Finished, moment: Moment) -> Turn:
        """Judge a sign-in at Azure Communication Services: a resource signs in, by an application of Entra."""
        progress, command = self._progress, f"AUTH {mechanism}"
        ask = acs_sign_in_ask(mechanism, given, moment, progress.circumstances(moment))
        verdict = moment.rulebook.judge(ask)
        if verdict.admits and ask.resource is not None and ask.tenant is not None:
            progress.acs = AcsAccount(ask.resource, ask.tenant, ask.app_id)
            progress.sign_in_failure = None
            return self._speech.admit(verdict, command, moment)
        progress.sign_in_failure = verdict.reply.line if verdict.reply else None
        return self._speech.refuse_sign_in(verdict, command, moment, charges=())
