"""report.json, and the schema that its types give: ``python -m relaylab_conformance.report.as_json PATH`` writes it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from relaylab_conformance import certified_json
from relaylab_conformance.report.model import SCHEMA, Report

SCHEMA_FILE: Final = Path(__file__).with_name("report.schema.json")


def as_json(report: Report) -> str:
    """Write a report; the same report gives the same text."""
    return certified_json.certificate_text(report)


def as_lines(documents: Iterable[Mapping[str, object]]) -> str:
    """Write one JSON value a line."""
    return "".join(f"{json.dumps(document, ensure_ascii=False)}\n" for document in documents)


def schema_text() -> str:
    """Give the schema as the committed copy has it."""
    return certified_json.schema_text(Report, SCHEMA)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(schema_text(), encoding="utf-8", newline="\n")
