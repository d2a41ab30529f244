"""What a trace lists: every rule of the decision point, in order, with what it contributed."""

from __future__ import annotations

from relaylab.engine.shortlist import Outcome
from relaylab.rules.catalogue import rulebook
from tests.builders import a_sign_in_ask, at


def test_rules_before_the_deciding_one_passed_and_those_behind_were_not_reached() -> None:
    book = rulebook({}, {})
    verdict = book.judge(a_sign_in_ask(now=at("2027-01-04")))
    trace = verdict.trace()
    in_force = [step for step in trace if step.outcome is not Outcome.NOT_IN_FORCE]

    assert book.rules_for(verdict.ask) == tuple(step.rule for step in trace)
    assert verdict.rule is in_force[verdict.index].rule
    assert [Outcome.PASSED] * verdict.index + [Outcome.DECIDED] == [
        step.outcome for step in in_force[: verdict.index + 1]
    ]
    assert {Outcome.NOT_REACHED} == {step.outcome for step in in_force[verdict.index + 1 :]}


def test_on_either_side_of_a_date_the_same_ask_has_a_trace_of_its_own() -> None:
    book = rulebook({}, {})
    before, after = (book.judge(a_sign_in_ask(now=at(day))) for day in ("2026-12-30", "2027-01-04"))

    assert Outcome.DECIDED not in {step.outcome for step in before.trace()}
    assert Outcome.DECIDED in {step.outcome for step in after.trace()}


def test_a_verdict_that_asked_no_rule_lists_none_as_passed() -> None:
    verdict = rulebook({}, {}).default(a_sign_in_ask())

    assert verdict.rule is None
    assert {Outcome.NOT_IN_FORCE} == {step.outcome for step in verdict.trace()}
