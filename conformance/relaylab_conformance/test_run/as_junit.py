"""junit.xml of a test run: the tests that used a lab, with what was refused in each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from relaylab.domain.clock import iso
from relaylab_conformance.report.as_junit import visible
from relaylab_conformance.test_run.model import TestOutcome

if TYPE_CHECKING:
    from relaylab_conformance.test_run.model import Answer, TestRecord, TestRun

_LEFT_OPEN: Final = (TestOutcome.SKIPPED, TestOutcome.NOT_EXERCISED)


def as_junit(run: TestRun) -> str:
    """Write the certificate for a build server."""
    root = ET.Element("testsuites", name="relaylab test run")
    suite = ET.SubElement(root, "testsuite", name="tests that used relaylab")
    for test in run.tests:
        _case(suite, test)
    for element in (root, suite):
        element.set("tests", str(len(run.tests)))
        element.set("failures", str(sum(test.outcome is TestOutcome.FAILED for test in run.tests)))
        element.set("errors", str(sum(test.outcome is TestOutcome.ERROR for test in run.tests)))
        element.set("skipped", str(sum(test.outcome in _LEFT_OPEN for test in run.tests)))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _case(suite: ET.Element, test: TestRecord) -> None:
    file, _, name = test.name.partition("::")
    case = ET.SubElement(suite, "testcase", classname=visible(file), name=visible(name), time="0")
    refusals = "\n\n".join(map(_refusal, test.refusals))
    match test.outcome:
        case TestOutcome.FAILED | TestOutcome.ERROR:
            kind = "failure" if test.outcome is TestOutcome.FAILED else "error"
            ET.SubElement(case, kind, message=f"the test {test.outcome}").text = visible(refusals)
        case TestOutcome.SKIPPED | TestOutcome.NOT_EXERCISED:
            ET.SubElement(case, "skipped", message=test.outcome.value)
        case TestOutcome.PASSED | TestOutcome.EXPECTED_FAILURE:
            if refusals:
                ET.SubElement(case, "system-out").text = visible(refusals)


def _refusal(answer: Answer) -> str:
    said = answer.reply.line if answer.reply else "(nothing is said)"
    return (
        f"{iso(answer.at)} {answer.command} -> {said}\nrule: {answer.rule or 'none'}\n"
        f"expected: {'yes' if answer.expected else 'no'}\nsource: {answer.source}\nfix: {answer.fix or 'none known'}"
    )
