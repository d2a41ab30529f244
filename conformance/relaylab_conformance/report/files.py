"""The files of a run, by their names: who only reads one of them need not load what writes them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

REPORT: Final = "report.json"
PAGE: Final = "report.html"
JUNIT: Final = "junit.xml"
EVENTS: Final = "events.jsonl"
MESSAGES: Final = "messages.jsonl"
TRANSCRIPTS: Final = "transcripts"


def written_in(folder: Path) -> list[Path]:
    """Give what a run writes into its folder by one name always, and the transcripts of an earlier one."""
    files = [folder / name for name in (REPORT, PAGE, JUNIT, EVENTS, MESSAGES)]
    return [*files, *(folder / TRANSCRIPTS).glob("*.txt")]
