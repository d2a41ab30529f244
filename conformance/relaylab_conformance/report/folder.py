"""The directory of a run: report.json, report.html, junit.xml, the transcripts, and what ``explain --run`` reads."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from relaylab_conformance.report.as_html import as_html
from relaylab_conformance.report.as_json import as_json, as_lines
from relaylab_conformance.report.as_junit import as_junit
from relaylab_conformance.report.files import EVENTS, JUNIT, MESSAGES, PAGE, REPORT, TRANSCRIPTS
from relaylab_conformance.report.model import SCHEMA, Certificate

_OPENING: Final = 200  # characters of a report within which its schema stands


def write(certificate: Certificate, folder: Path) -> None:
    """Write a certificate into a folder, over an earlier one; raise OSError when it cannot be written."""
    transcripts = folder / TRANSCRIPTS
    if _holds_a_certificate(folder):
        for stale in transcripts.glob("*.txt"):
            stale.unlink()
    transcripts.mkdir(parents=True, exist_ok=True)
    texts = {
        REPORT: as_json(certificate.report),
        PAGE: as_html(certificate.report),
        JUNIT: as_junit(certificate.report),
        EVENTS: as_lines(certificate.events),
        MESSAGES: as_lines(certificate.messages),
        **{f"{TRANSCRIPTS}/{name}": text for name, text in certificate.transcripts.items()},
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")


def _holds_a_certificate(folder: Path) -> bool:
    """Tell whether what is here was written by us, and so may be replaced."""
    report = folder / REPORT
    return report.is_file() and f'"{SCHEMA}"' in report.read_text(encoding="utf-8", errors="replace")[:_OPENING]
