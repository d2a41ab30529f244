"""Small estates to plan, and what their plans say."""

from __future__ import annotations

from relaylab.app.config import KnownNames, parse_world
from relaylab.domain.clock import parse_instant
from relaylab_conformance.planning import Planned, make_plan
from relaylab_conformance.planning.model import Candidate, SenderPlan
from relaylab_scenarios import profiles
from tests.conformance.estates import a_sender, estate_text


def planned(text: str, at: str = "2026-11-26") -> Planned:
    estate = parse_world(text, "estate", known=KnownNames.of_the_rules(frozenset(profiles())))
    return make_plan(estate, parse_instant(at), text=text)


def plan_of(*senders: str, at: str = "2026-11-26", changed: tuple[tuple[str, str], ...] = ()) -> SenderPlan:
    text = estate_text(*senders)
    for old, new in changed:
        assert old in text
        text = text.replace(old, new)
    return planned(text, at).plan.senders[0]


def candidate(plan: SenderPlan, method: str) -> Candidate:
    return next(one for one in plan.candidates if one.method.value == method)


def lines(plan: SenderPlan) -> list[str]:
    return [line for step in plan.steps for line in step.lines]


__all__ = ["a_sender", "candidate", "estate_text", "lines", "plan_of", "planned"]
