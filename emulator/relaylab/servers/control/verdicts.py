"""Verdicts: a page of them, the last one, each explained with its trace and what would have let it pass."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from relaylab.domain.clock import iso
from relaylab.domain.decision import EffectKind
from relaylab.domain.event import Judged
from relaylab.engine.explain import explain_decision
from relaylab.engine.passing import way_to_pass
from relaylab.engine.verdict import Verdict
from relaylab.servers.control.call import JsonAnswer, Operation, Parameter, not_found
from relaylab.servers.control.events import AFTER, ENDPOINT, LIMIT, SESSION
from relaylab.servers.control.shapes import ExplainedVerdictShape, VerdictsShape
from relaylab.store import decision_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.responses import Response

    from relaylab.domain.event import Event
    from relaylab.domain.reply import Reply
    from relaylab.engine.rule import AnyRule
    from relaylab.engine.verdict import Verdict as AnyVerdict
    from relaylab.servers.control.call import Call
    from relaylab.servers.control.shapes import JudgedShape, ObstacleShape, PassingShape, StepShape
    from relaylab.store.shapes import ReplyShape

_FILTERS: Final = (
    SESSION,
    ENDPOINT,
    Parameter("effect", "One effect.", choices=tuple(EffectKind)),
    Parameter("rule", "The id of the rule that decided."),
    Parameter("enhanced", "The enhanced status code of the reply, such as 5.7.30."),
)


async def _page(call: Call) -> Response:
    page = call.controlled.store.events.page(
        call.number("after"), call.number("limit"), kind="judged", where=_wanted(call)
    )
    found = [_judged(entry.seq, entry.event) for entry in page.entries if isinstance(entry.event, Judged)]
    return JsonAnswer({"verdicts": found, "through": page.through, "missed": page.missed})


async def _last(call: Call) -> Response:
    matches = _wanted(call)
    newest_first = reversed(call.controlled.store.events)
    found = next((entry for entry in newest_first if matches(entry.event)), None)
    if found is None or not isinstance(found.event, Judged):
        raise not_found("no verdict matches; send a message first, or leave out a filter")
    return JsonAnswer(explained(found.seq, found.event))


async def _one(call: Call) -> Response:
    wanted = call.step("seq")
    found = find(call, wanted)
    if found is None:
        raise not_found(f"no verdict has the number {wanted!r}; GET /verdicts lists them")
    return JsonAnswer(found)


def find(call: Call, number: str) -> ExplainedVerdictShape | None:
    """Give the verdict of the event of that number, explained; None where there is none."""
    if not (number.isascii() and number.isdigit() and 0 < len(number) < 19 and int(number)):
        return None
    page = call.controlled.store.events.page(int(number) - 1, 1)
    for entry in page.entries:
        if entry.seq == int(number) and isinstance(entry.event, Judged):
            return explained(entry.seq, entry.event)
    return None


def explained(seq: int, event: Judged) -> ExplainedVerdictShape:
    """Give a verdict as JSON, with all that can be said of it."""
    behind = event.verdict_behind if isinstance(event.verdict_behind, Verdict) else None
    return {
        **_judged(seq, event),
        "explanation": behind.explain() if behind else explain_decision(event.decision),
        "trace": _trace(behind) if behind else None,
        "passing": _passing(behind) if behind else None,
    }


def _judged(seq: int, event: Judged) -> JudgedShape:
    return {
        "seq": seq,
        "at": iso(event.at),
        "session": event.session,
        "endpoint": event.endpoint.value,
        "command": event.command,
        "verdict": decision_json(event.decision),
    }


def _trace(verdict: AnyVerdict) -> list[StepShape]:
    return [
        {"rule": step.rule.id, "outcome": step.outcome.value, "sentence": step.rule.sentence}
        for step in verdict.trace()
    ]


def _passing(verdict: AnyVerdict) -> PassingShape | None:
    way = way_to_pass(verdict)
    if way is None:
        return None
    words = verdict.ask.fix_words()
    return {
        "obstacles": [_obstacle(rule, words) for rule in way.obstacles],
        "then": _reply(way.then) if way.then else None,
        "passed_until": iso(way.passed_until) if way.passed_until else None,
        "passes_from": iso(way.passes_from) if way.passes_from else None,
    }


def _obstacle(rule: AnyRule, words: Mapping[str, str]) -> ObstacleShape:
    return {"rule": rule.id, "sentence": rule.sentence, "fix": rule.fix.format_map(words)}


def _reply(reply: Reply) -> ReplyShape:
    return {
        "code": int(reply.code),
        "enhanced": str(reply.enhanced) if reply.enhanced else None,
        "text": reply.text,
    }


def _wanted(call: Call) -> Callable[[Event], bool]:
    session, endpoint = call.text("session"), call.text("endpoint")
    effect, rule, enhanced = call.text("effect"), call.text("rule"), call.text("enhanced")

    def matches(event: Event) -> bool:
        if not isinstance(event, Judged):
            return False
        decision = event.decision
        return (
            session in {None, event.session}
            and endpoint in {None, event.endpoint}
            and effect in {None, decision.effect}
            and rule in {None, decision.rule}
            and enhanced in {None, decision.reply.enhanced if decision.reply else ""}
        )

    return matches


OPERATIONS: Final = (
    Operation(
        "GET",
        "/verdicts",
        "Give a page of verdicts: the events of the kind judged.",
        _page,
        VerdictsShape,
        of="verdicts",
        parameters=(AFTER, LIMIT, *_FILTERS),
    ),
    Operation(
        "GET",
        "/verdicts/last",
        "Give the last verdict, explained.",
        _last,
        ExplainedVerdictShape,
        of="verdicts",
        parameters=_FILTERS,
        errors=(HTTPStatus.NOT_FOUND,),
    ),
    Operation(
        "GET",
        "/verdicts/{seq}",
        "Give one verdict, explained: every rule that was looked at, and what would have let it pass.",
        _one,
        ExplainedVerdictShape,
        errors=(HTTPStatus.NOT_FOUND,),
    ),
)
