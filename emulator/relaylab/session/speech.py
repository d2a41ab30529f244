"""How a session speaks: a reply or a verdict becomes a Turn with its event, and errors are counted.

Laws of this module: whoever answers, answers here; too many errors end the session behind the answer (CS-GAP-10).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypedDict

from relaylab.domain.decision import EffectKind, ReplyFacts
from relaylab.domain.event import Answered, BadInput, Closed, Judged
from relaylab.domain.reply import untrailed
from relaylab.rules import limits, replies
from relaylab.session.envelopes import NO_FACTS
from relaylab.session.turn import Then, Turn

if TYPE_CHECKING:
    from relaylab.domain.charge import Charge
    from relaylab.domain.endpoint import Endpoint
    from relaylab.domain.event import Event
    from relaylab.domain.message import KeptMessage
    from relaylab.domain.reply import Reply
    from relaylab.domain.telling import Told
    from relaylab.engine.verdict import Verdict
    from relaylab.session.moment import Moment
    from relaylab.session.party import Party


class Stamp(TypedDict):
    """What every event of a session begins with."""

    at: datetime
    session: str
    endpoint: Endpoint


_GO_AHEAD: Final = Turn(data=untrailed(replies.START_MAIL_INPUT.fill()), then=Then.READ_MESSAGE)


class Speech:
    """The voice of one session."""

    __slots__ = ("_errors", "_failed_sign_ins", "_party")

    def __init__(self, party: Party) -> None:
        """Begin without an error."""
        self._party = party
        self._errors = 0
        self._failed_sign_ins = 0

    def stamp(self, moment: Moment) -> Stamp:
        """Give what an event at this moment begins with."""
        return {"at": moment.now, "session": self._party.label, "endpoint": self._party.endpoint}

    def judged(self, verdict: Verdict, command: str, moment: Moment) -> Judged:
        """Give the event of a verdict."""
        return Judged.implied(judged_words, verdict, **self.stamp(moment), command=command)

    def ask_for_message(self, charges: tuple[Charge, ...]) -> Turn:
        """Answer DATA; where nothing is charged, it is the same answer each time."""
        return replace(_GO_AHEAD, charges=charges) if charges else _GO_AHEAD

    def say(  # noqa: PLR0913 - what an answer leaves behind
        self,
        reply: Reply,
        moment: Moment,
        *,
        then: Then = Then.READ_COMMAND,
        events: Told = (),
        charges: tuple[Charge, ...] = (),
        kept: tuple[KeptMessage, ...] = (),
    ) -> Turn:
        """Give a reply."""
        delay = limits.TARPIT_SECONDS if self._party.tarpit and reply.template.slow else 0.0
        data = reply.template.wire or self._party.render(reply, moment, late=delay)
        return Turn(data=data, then=then, delay=delay, events=events, charges=charges, kept=kept)

    def admit(self, verdict: Verdict, command: str, moment: Moment, *further: Event) -> Turn:
        """Give the answer of a verdict that lets the client go on, with what happened besides."""
        judged = self.judged(verdict, command, moment)
        return self.say(_spoken(verdict), moment, events=(judged, *further))

    def admit_again(  # noqa: PLR0913, PLR0917 - what was answered, to what, and what is new
        self,
        verdict: Verdict,
        command: str,
        moment: Moment,
        further: tuple[Event, ...] = (),
        facts: Mapping[str, object] = NO_FACTS,
        reply: Reply | None = None,
    ) -> Turn:
        """Give the answer of a verdict that was given before, and holds at this moment and for these facts as well.

        ``reply`` is that answer, where somebody has it.
        """
        judged = judged_again(verdict, command, facts, self._party, moment.now)
        return self.say(reply or _spoken(verdict), moment, events=(judged, *further))

    def refuse(
        self,
        verdict: Verdict,
        command: str,
        moment: Moment,
        *,
        charges: tuple[Charge, ...] = (),
        counts_as_error: bool = False,
    ) -> Turn:
        """Give the answer of a verdict that does not."""
        judged = self.judged(verdict, command, moment)
        reply = _spoken(verdict)
        if verdict.effect.kind is EffectKind.DISCONNECT:
            closed = Closed(**self.stamp(moment), why=f"closed with {reply.code:d}")
            return self.say(reply, moment, then=Then.CLOSE, events=(judged, closed), charges=charges)
        turn = self.say(reply, moment, events=(judged,), charges=charges)
        return self._count_error(turn, moment) if counts_as_error else turn

    def refuse_sign_in(self, verdict: Verdict, command: str, moment: Moment, *, charges: tuple[Charge, ...]) -> Turn:
        """Give the answer to a failed sign-in; these are counted apart."""
        turn = self.refuse(verdict, command, moment, charges=charges)
        self._failed_sign_ins += 1
        allowed = limits.LOGON_FAILURES
        return self._hang_up_after(turn, moment, due=self._failed_sign_ins >= allowed)

    def protocol_error(self, reply: Reply, command: str, moment: Moment, *, forgiven: bool = False) -> Turn:
        """Refuse what the grammar or the order of the protocol does not allow; it counts unless it is forgiven."""
        source = reply.template.source
        answered = Answered(**self.stamp(moment), command=command, reply=_facts(reply), source=source)
        turn = self.say(reply, moment, events=(answered,))
        return turn if forgiven else self._count_error(turn, moment)

    def bad_input(self, reply: Reply, what: str, moment: Moment) -> Turn:
        """Refuse octets that are no SMTP."""
        bad = BadInput(**self.stamp(moment), what=what, reply=_facts(reply), source=reply.template.source)
        return self._count_error(self.say(reply, moment, events=(bad,)), moment)

    def _count_error(self, turn: Turn, moment: Moment) -> Turn:
        self._errors += 1
        allowed = limits.PROTOCOL_ERRORS
        return self._hang_up_after(turn, moment, due=self._errors >= allowed)

    def _hang_up_after(self, turn: Turn, moment: Moment, *, due: bool) -> Turn:
        """End the session behind an answer when there were too many errors."""
        if not due or turn.then is Then.CLOSE or moment.rulebook.readings["error_limits"] == "none":
            return turn
        farewell = self._party.render(replies.TOO_MANY_ERRORS.fill(), moment)
        closed = Closed(**self.stamp(moment), why="too many errors")
        return replace(turn, data=turn.data + farewell, then=Then.CLOSE, events=(*turn.events, closed))


def judged_words(verdict: Verdict) -> dict[str, object]:
    """Give what an event says of a verdict."""
    return {"decision": verdict.decision(), "verdict_behind": verdict}


def judged_again(verdict: Verdict, command: str, facts: Mapping[str, object], party: Party, now: datetime) -> Judged:
    """Give the event of a verdict that was given before, and holds at this instant and for these facts as well."""
    return Judged.implied_in(party.label, _words_again, (verdict, now, party.endpoint, command, facts))


def _words_again(
    verdict: Verdict, now: datetime, endpoint: Endpoint, command: str, facts: Mapping[str, object]
) -> dict[str, object]:
    """Give all that an event says of a verdict that was given before, as it holds now and for these facts."""
    return {"at": now, "endpoint": endpoint, "command": command, **judged_words(verdict.again(now=now, **facts))}


def _facts(reply: Reply) -> ReplyFacts:
    return ReplyFacts(int(reply.code), str(reply.enhanced) if reply.enhanced else None, reply.text)


def _spoken(verdict: Verdict) -> Reply:
    """Give the answer of a verdict that is said on the wire."""
    reply = verdict.reply
    if reply is None:
        msg = f"{verdict.rule or verdict.stage} says nothing, but stands where something must be said"
        raise AssertionError(msg)
    return reply
