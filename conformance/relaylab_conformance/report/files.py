"""The files of a run, by their names: who only reads one of them need not load what writes them."""

from __future__ import annotations

from typing import Final

REPORT: Final = "report.json"
EVENTS: Final = "events.jsonl"
MESSAGES: Final = "messages.jsonl"
TRANSCRIPTS: Final = "transcripts"
