"""junit.xml: a suite for each date and one for the mistakes, so that a build server shows what it already can show.

Wire octets are escaped: XML 1.0 has no place for most control characters, and one of them would spoil the whole file.
"""

from __future__ import annotations

from typing import Final
from xml.etree import ElementTree as ET

from relaylab.domain.clock import iso
from relaylab_conformance.finding import Status
from relaylab_conformance.report.model import Cell, Mistake, Report, SenderReport

_PASSES: Final = (Status.PASS, Status.NON_STRICT, Status.INFO)


def as_junit(report: Report) -> str:
    """Write the report for a build server; NON-STRICT passes there, and says so in its output."""
    root = ET.Element("testsuites", name=visible(f"relaylab certify migration {report.estate}"))
    for at in report.at:
        suite = ET.SubElement(root, "testsuite", name=iso(at))
        for sender, cell in report.cells:
            if cell.at == at:
                _case(suite, sender, cell)
        _count(suite)
    found = ET.SubElement(root, "testsuite", name="mistakes")
    for mistake in report.mistakes:
        _mistake(found, mistake)
    _count(found)
    _count(root)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _case(suite: ET.Element, sender: SenderReport, cell: Cell) -> None:
    case = ET.SubElement(suite, "testcase", classname=visible(sender.name), name=str(cell.method), time="0")
    details = [
        f"{outcome.line or '(no reply)'}\nrule: {outcome.rule or 'none'}\nthe sender {outcome.sender_does}\n"
        + "".join(f"sender: {sentence}\n" for sentence in outcome.seen)
        + f"fix: {outcome.fix or 'none needed'}\ntranscript: {outcome.transcript or 'none'}"
        for outcome in cell.outcomes
    ]
    worst = cell.worst
    _result(case, cell.status, cell.reason, (worst.rule if worst else None) or "none", "\n\n".join(details))


def _mistake(suite: ET.Element, mistake: Mistake) -> None:
    case = ET.SubElement(suite, "testcase", classname="mistakes", name=f"{mistake.number} {mistake.name}", time="0")
    text = "\n".join([*mistake.seen, f"symptom: {mistake.symptom}", f"cause: {mistake.cause}", f"fix: {mistake.fix}"])
    _result(case, mistake.status, "; ".join(mistake.seen), f"mistake {mistake.number}", text)


def _result(case: ET.Element, status: Status, reason: str, kind: str, text: str) -> None:
    if status is Status.FAIL:
        failure = ET.SubElement(case, "failure", message=visible(reason), type=kind)
        failure.text = visible(text)
    elif status not in _PASSES:
        ET.SubElement(case, "skipped", message=visible(f"{status}: {reason}"))
    elif status is not Status.PASS:
        ET.SubElement(case, "system-out").text = visible(f"{status}: {reason}\n\n{text}")


def _count(suite: ET.Element) -> None:
    suite.set("tests", str(len(suite.findall(".//testcase"))))
    suite.set("failures", str(len(suite.findall(".//failure"))))
    suite.set("skipped", str(len(suite.findall(".//skipped"))))
    suite.set("errors", "0")


def visible(text: str) -> str:
    r"""Write what XML cannot hold as it would stand in a program: NUL is ``\x00``."""
    return "".join(
        each if each.isprintable() or each == "\n" else each.encode("unicode_escape").decode("ascii") for each in text
    )
