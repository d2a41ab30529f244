"""Gathers what tests did, in the process that reports: with pytest-xdist that is the controller of all workers."""

from __future__ import annotations

from collections import defaultdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from relaylab.rules.catalogue import RULES
from relaylab_conformance.test_run.evidence import USES
from relaylab_conformance.test_run.folder import write
from relaylab_conformance.test_run.model import (
    SCHEMA,
    STATEMENT,
    LabUse,
    RuleSeen,
    TestOutcome,
    TestRecord,
    TestRun,
)

if TYPE_CHECKING:
    from relaylab.domain.source import Source


class Gathering:
    """A pytest plugin that writes the certificate into a folder when the run is over.

    Law: what is not known counts against the run. A test that asked for a lab is in the certificate whatever came of
    it, and so is a failure of which nobody can say whether it was one's that would have.
    """

    def __init__(self, folder: Path) -> None:
        """Begin with no test."""
        self._folder = folder
        self._outcomes: dict[str, TestOutcome] = {}
        self._asked: dict[str, bool] = {}  # whether a test asked for a lab; nothing where nobody could say
        self._uses: dict[str, tuple[LabUse, ...]] = {}
        self._is_broken_off = False

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Take a file that cannot be read: its tests may have asked for a lab."""
        if report.failed:
            self._outcomes[report.nodeid] = TestOutcome.ERROR

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take a phase of a test."""
        outcome = _outcome(report)
        worst = self._outcomes.get(report.nodeid)
        if outcome is not None and (worst is None or not worst.is_bad or report.when == "setup"):
            self._outcomes[report.nodeid] = outcome
        if (asks := getattr(report, "relaylab_asked", None)) is not None:
            self._asked[report.nodeid] = asks
        if (plain := getattr(report, "relaylab", None)) is not None:
            self._uses[report.nodeid] = USES.validate_python(plain)

    def pytest_keyboard_interrupt(self) -> None:
        """Take down that tests may be missing."""
        self._is_broken_off = True

    def pytest_internalerror(self) -> None:
        """Take down that tests may be missing."""
        self._is_broken_off = True

    def pytest_sessionfinish(self) -> None:
        """Write the certificate."""
        write(self.run(), self._folder)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say where it is."""
        terminalreporter.write_line(f"relaylab: the certificate of this run is in {self._folder / 'report.html'}")

    def run(self) -> TestRun:
        """Put together what was gathered."""
        tests = tuple(self._record(name) for name in sorted(self._outcomes) if self._belongs(name))
        uses = [use for test in tests for use in test.labs]
        return TestRun(
            schema=SCHEMA,
            suite_version=version("relaylab"),
            statement=STATEMENT,
            rulebook_digests=tuple(sorted({use.rulebook_digest for use in uses})),
            seeds=tuple(sorted({use.seed for use in uses})),
            at=tuple(sorted({instant for use in uses for instant in use.at})),
            outcome=self._came_to({test.outcome for test in tests}),
            tests=tests,
            rules=_rules(tests),
        )

    def _belongs(self, name: str) -> bool:
        """Tell whether a test asked for a lab, or failed without anybody knowing whether it would have."""
        return self._asked.get(name, self._outcomes[name].is_bad)

    def _record(self, name: str) -> TestRecord:
        uses, outcome = self._uses.get(name, ()), self._outcomes[name]
        if outcome is TestOutcome.PASSED and not any(use.verdicts for use in uses):
            outcome = TestOutcome.NOT_EXERCISED
        return TestRecord(name=name, outcome=outcome, labs=uses)

    def _came_to(self, outcomes: set[TestOutcome]) -> TestOutcome:
        if any(outcome.is_bad for outcome in outcomes):
            return TestOutcome.FAILED
        if self._is_broken_off:
            return TestOutcome.ERROR
        return TestOutcome.PASSED if TestOutcome.PASSED in outcomes else TestOutcome.NOT_EXERCISED


def _outcome(report: pytest.TestReport) -> TestOutcome | None:
    """Give what a phase says of its test; None where it adds nothing."""
    if report.failed:
        return TestOutcome.FAILED if report.when == "call" else TestOutcome.ERROR
    if report.skipped:
        return TestOutcome.EXPECTED_FAILURE if hasattr(report, "wasxfail") else TestOutcome.SKIPPED
    return TestOutcome.PASSED if report.when == "call" else None


def _rules(tests: tuple[TestRecord, ...]) -> tuple[RuleSeen, ...]:
    seen: defaultdict[str, dict[str, Source]] = defaultdict(dict)
    for test in tests:
        for use in test.labs:
            for answer in use.verdicts:
                if answer.rule is not None:
                    seen[answer.rule][test.name] = answer.source
    sentences = {rule.id: rule.sentence for rule in RULES}
    return tuple(
        RuleSeen(id=name, sentence=sentences[name], source=next(iter(where.values())), tests=tuple(where))
        for name, where in sorted(seen.items())
    )
