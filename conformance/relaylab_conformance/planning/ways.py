"""Every method as a sender's future: reasons for and against, the steps before it, and whether it arrives after them.

Law: a method is possible only where a message was seen to arrive by it, at every date judged, in a copy of the world in
which the steps are carried out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Final, assert_never

from relaylab.domain.estate import Method
from relaylab_conformance.migration.approach import Approach, NoRelay, NotTried, Unmade, approach
from relaylab_conformance.migration.course import Span, answers
from relaylab_conformance.migration.pitfalls import pitfalls
from relaylab_conformance.migration.volume import too_much
from relaylab_conformance.planning import ways_acs, ways_hve, ways_mx, ways_submission
from relaylab_conformance.planning.model import Candidate, Possible
from relaylab_conformance.planning.preparation import Preparation, prepared
from relaylab_conformance.planning.question import NOT_KNOWN

if TYPE_CHECKING:
    from datetime import datetime

    from relaylab.domain.estate import Sender
    from relaylab.domain.world import World
    from relaylab_conformance.planning.question import Question

_LONGEST: Final = 160  # characters of a reply line in a plan
# The order of the decision tree.
IN_ORDER: Final = (
    Method.SMTP_AUTH_OAUTH,
    Method.CONNECTOR_RELAY,
    Method.DIRECT_SEND,
    Method.HVE_BASIC,
    Method.HVE_OAUTH,
    Method.ACS_SMTP,
    Method.ACS_REST,
)


@dataclass(frozen=True, slots=True)
class Way:
    """A candidate with what its steps change."""

    candidate: Candidate
    preparations: tuple[Preparation, ...]
    too_much: str = ""  # what it does not carry of the sender's day; empty where it carries all of it

    @property
    def method(self) -> Method:
        """The method."""
        return self.candidate.method

    @property
    def is_possible(self) -> bool:
        """True when it arrives, now or after its steps."""
        return self.candidate.is_possible


def ways(question: Question, today: str | None = None) -> tuple[Way, ...]:
    """Think every method through that carries mail without a mailbox's password, in the order of the tree.

    ``today`` is why today's method does not arrive as things stand (empty: it does), where that was tried before.
    """
    return tuple(_way(question, method, today if method is question.sender.today else None) for method in IN_ORDER)


def _way(question: Question, method: Method, now: str | None) -> Way:
    against = tuple(_against(question, method))
    if against:
        candidate = Candidate(
            method=method, possible=_unless_answered(against), reasons=against, steps=(), cautions=(), is_refused_now=""
        )
        return Way(candidate, ())
    steps, refusal = _fitting(question, method, now)
    if now is None:
        now = refused(question.world, question, question.sender, method) if steps else refusal
    if refusal:
        reasons: tuple[str, ...] = (f"it would not arrive{' after the steps' if steps else ''}: {refusal}",)
        possible = Possible.NO
    else:
        reasons = tuple(_speaks_for(question, method))
        changes = any(one.change for one in steps)
        possible = Possible.AFTER_STEPS if now or changes else Possible.NOW
    world = prepared(question.world, steps)
    aimed = replace(named(world, question.sender.name), today=method, target=method)
    is_known = not question.internal_not_said
    cautions = () if refusal else pitfalls(world, question.rulebook, aimed, question.until, knows_recipients=is_known)
    candidate = Candidate(
        method=method,
        possible=possible,
        reasons=reasons,
        steps=() if refusal else tuple(one.step for one in steps),
        cautions=cautions,
        is_refused_now=now,
    )
    carried = None if refusal else too_much(world, question.rulebook, aimed, method, question.until)
    return Way(candidate, () if refusal else steps, str(carried or ""))


def _unless_answered(against: tuple[str, ...]) -> Possible:
    return Possible.NOT_KNOWN if all(NOT_KNOWN in reason for reason in against) else Possible.NO


def named(world: World, name: str) -> Sender:
    """Give the sender of that name, as a world has it."""
    return next(one for one in world.senders if one.name == name)


def steps_of(question: Question, method: Method) -> tuple[Preparation, ...]:
    """Give the steps before a method that was found possible; what needs no choice among several is not tried again."""
    found = tuple(_alternatives(question, method))
    return found[0] if len(found) == 1 else _fitting(question, method)[0]


def _fitting(question: Question, method: Method, now: str | None = None) -> tuple[tuple[Preparation, ...], str]:
    """Give the first steps after which a message arrives; where there are none, the last, and why it does not.

    ``now`` is why it does not arrive without any, where that is known.
    """
    steps, refusal = tuple[Preparation, ...](), ""
    for steps in _alternatives(question, method):
        if now is not None and not any(one.change for one in steps):
            refusal = now
        else:
            world = prepared(question.world, steps)
            refusal = refused(world, question, named(world, question.sender.name), method)
        if not refusal:
            break
    return steps, refusal


def refused(world: World, question: Question, sender: Sender, method: Method) -> str:
    """Give why a sender's method does not arrive at one of the dates; empty where it does at all of them."""
    match approach(world, sender, method):
        case NotTried(reason=reason) | NoRelay(reason=reason):
            return reason
        case Unmade() as unmade:
            return unmade.at(question.rulebook.calendar, question.until).reason
        case Approach():
            met = answers(world, question.rulebook, sender, method, question.judged)
            bad = next((span for span in met if not span.arrives), None)
            return line_of(bad) if bad else ""


def span_at(spans: tuple[Span, ...], at: datetime) -> Span:
    """Give the span of an instant; the spans begin no later."""
    return next(one for one in reversed(spans) if one.since <= at)


def line_of(span: Span) -> str:
    """Give the line of a refusal, or why a message that was taken does not arrive; a long one is cut."""
    reply = span.decision.reply
    because = span.decision.because[0] if span.decision.because else "it is taken, and does not arrive"
    line = reply.line if reply is not None else because
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."


def _against(question: Question, method: Method) -> Iterator[str]:
    match method:
        case Method.SMTP_AUTH_OAUTH:
            return ways_submission.against(question)
        case Method.CONNECTOR_RELAY:
            return ways_mx.against_connector(question)
        case Method.DIRECT_SEND:
            return ways_mx.against_direct_send(question)
        case Method.HVE_BASIC | Method.HVE_OAUTH:
            return ways_hve.against(question, method)
        case Method.ACS_SMTP | Method.ACS_REST:
            return ways_acs.against(question, method)
        case Method.SMTP_AUTH_BASIC | Method.MAIL_CONTACT:
            return iter(("it is nobody's future",))
        case _:
            assert_never(method)


def _speaks_for(question: Question, method: Method) -> Iterator[str]:
    match method:
        case Method.SMTP_AUTH_OAUTH:
            return ways_submission.speaks_for(question)
        case Method.CONNECTOR_RELAY:
            return ways_mx.for_connector(question)
        case Method.DIRECT_SEND:
            return ways_mx.for_direct_send(question)
        case Method.HVE_BASIC | Method.HVE_OAUTH:
            return ways_hve.speaks_for(question)
        case Method.ACS_SMTP | Method.ACS_REST:
            return ways_acs.speaks_for(question)
        case Method.SMTP_AUTH_BASIC | Method.MAIL_CONTACT:
            return chain()
        case _:
            assert_never(method)


def _alternatives(question: Question, method: Method) -> Iterator[tuple[Preparation, ...]]:
    match method:
        case Method.SMTP_AUTH_OAUTH:
            return ways_submission.alternatives(question)
        case Method.CONNECTOR_RELAY:
            return iter((tuple(ways_mx.connector(question)),))
        case Method.DIRECT_SEND:
            return iter((tuple(ways_mx.direct_send(question)),))
        case Method.HVE_BASIC | Method.HVE_OAUTH:
            return ways_hve.alternatives(question, method)
        case Method.ACS_SMTP | Method.ACS_REST:
            return iter((tuple(ways_acs.preparations(question, method)),))
        case Method.SMTP_AUTH_BASIC | Method.MAIL_CONTACT:
            return iter(())
        case _:
            assert_never(method)
