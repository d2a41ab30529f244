"""Certifies the estate that relaylab ships, and succeeds when it finds exactly what that estate carries.

``python -m relaylab_conformance.shipped_estate`` writes the certificate into ``./certificate``. What is expected is
data, a line a finding, in ``expected/contoso.txt``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING, Final

from relaylab.domain.clock import parse_instant
from relaylab_conformance.estate_verbs import open_estate
from relaylab_conformance.interruption import interruptible
from relaylab_conformance.migration import Order, certify
from relaylab_conformance.report.console import as_text
from relaylab_conformance.report.folder import write
from relaylab_conformance.report.page import day
from relaylab_conformance.terminal import progress, say, width

if TYPE_CHECKING:
    from relaylab_conformance.report.model import Report

ESTATE: Final = "contoso"
ORDER: Final = Order(at=(parse_instant("2026-12-30"), parse_instant("2027-01-04")), seed=7)
EXPECTED: Final = Path(__file__).with_name("expected") / f"{ESTATE}.txt"
OUT: Final = Path("certificate")


def findings(report: Report) -> Iterator[str]:
    """Give what a report finds, a line each: senders, their cells by date and method, mistakes."""
    for sender in report.senders:
        yield f"{sender.name}: {sender.verdict}; {sender.plan}"
        for cell in sender.cells:
            rules = dict.fromkeys(outcome.rule for outcome in cell.outcomes if outcome.rule)
            yield " ".join((f"  {day(cell.at)} {cell.method} {cell.status}", *rules))
    for mistake in report.mistakes:
        yield f"mistake {mistake.number}: {mistake.status} {', '.join(mistake.senders)}".rstrip()


def main() -> int:
    """Certify, show, compare; 0 when nothing differs, else 1."""
    with progress("certifying") as tell:
        certificate = certify(open_estate(ESTATE), ORDER, tell)
    write(certificate, OUT)
    say(as_text(certificate.report, width()))
    found, expected = list(findings(certificate.report)), EXPECTED.read_text(encoding="utf-8").splitlines()
    if found != expected:
        say("\nThis is not what the shipped estate carries:")
        say("\n".join(unified_diff(expected, found, "expected", "found", lineterm="", n=1)))
        return 1
    say(f"\nExactly the problems that this estate carries were found. Read {OUT / 'report.html'}")
    return 0


if __name__ == "__main__":
    with interruptible():
        sys.exit(main())
