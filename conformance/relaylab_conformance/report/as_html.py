"""report.html: one page that needs nothing but itself, on a screen, on a phone and on paper."""

from __future__ import annotations

from typing import Final

from relaylab_conformance.finding import Fate, Status
from relaylab_conformance.report import page, sheet
from relaylab_conformance.report.model import Report

_LONGEST: Final = 240  # characters of a reply line on the page; the transcript has all of it
_CELL_STATUSES: Final = (Status.PASS, Status.NON_STRICT, Status.FAIL, Status.NOT_EXERCISED)


def as_html(report: Report) -> str:
    """Write the page; the same report gives the same text."""
    environment = sheet.environment()
    environment.filters |= {"day": page.day, "cut": _cut, "code": _code}
    environment.globals |= {
        "fate_tone": page.fate_tone,
        "plan_tone": page.plan_tone,
        "status_tone": page.status_tone,
    }
    rows = tuple(page.rows(report))
    return environment.get_template("report.html.j2").render(
        report=report,
        style=sheet.style(),
        rows=rows,
        both_refusals=any(outcome.reading for _, cell in report.cells for outcome in cell.outcomes),
        differing=tuple(row.sender.name for row in rows if row.differs),
        fates=page.fates(report),
        plans=page.plans(report),
        choices=page.choices(report),
        days=page.days(report),
        statuses=_CELL_STATUSES,
        all_fates=tuple(Fate),
    )


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."


def _code(line: str) -> str:
    """Give the codes of a reply line, which is what a log is searched for."""
    words = line.split(" ", 2)
    return " ".join(words[:2]) if len(words) > 1 and words[1].replace(".", "").isdigit() else words[0]
