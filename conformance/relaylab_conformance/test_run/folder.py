"""The directory of a test run: report.json, report.html, junit.xml."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaylab_conformance.test_run.as_html import as_html
from relaylab_conformance.test_run.as_json import as_json
from relaylab_conformance.test_run.as_junit import as_junit

if TYPE_CHECKING:
    from pathlib import Path

    from relaylab_conformance.test_run.model import TestRun


def write(run: TestRun, folder: Path) -> None:
    """Write a certificate into a folder that is there, over an earlier one; raise OSError when it cannot be written."""
    texts = {"report.json": as_json(run), "report.html": as_html(run), "junit.xml": as_junit(run)}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
