"""report.html of a test run: one page that needs nothing but itself."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from relaylab_conformance.report import page, sheet
from relaylab_conformance.test_run.model import TestOutcome

if TYPE_CHECKING:
    from relaylab_conformance.test_run.model import TestRun

_TONES: Final = {
    TestOutcome.PASSED: "pass",
    TestOutcome.FAILED: "fail",
    TestOutcome.ERROR: "fail",
    TestOutcome.SKIPPED: "open",
    TestOutcome.EXPECTED_FAILURE: "strict",
    TestOutcome.NOT_EXERCISED: "open",
}


def as_html(run: TestRun) -> str:
    """Write the page; the same run gives the same text."""
    environment = sheet.environment()
    environment.filters["day"] = page.day
    environment.globals |= {
        "tone": _TONES.__getitem__,
    }
    counted = Counter(test.outcome for test in run.tests)
    return environment.get_template("test_run.html.j2").render(
        run=run,
        style=sheet.style(),
        choices=[
            (test.name, lab)
            for test in run.tests
            for lab in test.labs
            if lab.chosen or lab.moved or lab.tarpit or lab.strict or lab.faults
        ],
        answered=any(lab.verdicts for test in run.tests for lab in test.labs),
        counts=[(counted[outcome], outcome) for outcome in TestOutcome if counted[outcome]],
    )
