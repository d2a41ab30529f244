"""No plan recommends a method that certify then refuses: each counter-example is a bug of one of the two."""

from __future__ import annotations

import json
import os
from dataclasses import replace

from hypothesis import HealthCheck, given, note, settings

from relaylab.app.config import LoadedWorld
from relaylab.domain.clock import parse_instant
from relaylab_conformance.finding import Status
from relaylab_conformance.migration import Order, certify
from relaylab_conformance.planning import make_plan
from tests.conformance.planning.estates import estates

AT = parse_instant("2026-11-26")
ESTATES = int(os.environ.get("RELAYLAB_ESTATES", "12"))  # about a second each: 1,000 are for a search of an evening
SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)


def _certify_agrees(estate: LoadedWorld) -> None:
    planned = make_plan(estate, AT)
    plan = planned.plan
    judged = certify(replace(estate, world=planned.world), Order(at=plan.judged)).report

    note(json.dumps(estate.document, indent=1))
    for sender, report in zip(plan.senders, judged.senders, strict=True):
        assert sender.name == report.name
        note(f"{sender.name}: {sender.today} to {sender.recommended}, {[step.lines for step in sender.steps]}")
        if sender.recommended is None:
            continue
        for cell in (one for one in report.cells if one.method is sender.recommended):
            told = [(one.because, one.conduct, one.sender_does) for one in cell.outcomes]
            assert cell.status in {Status.PASS, Status.NON_STRICT}, (
                sender.name,
                cell.method,
                cell.at,
                cell.reason,
                told,
            )


@settings(max_examples=ESTATES, derandomize=True, database=None, deadline=None, suppress_health_check=SLOW)
@given(estates())
def test_what_a_plan_recommends_certify_does_not_refuse(estate: LoadedWorld) -> None:
    _certify_agrees(estate)
