"""report.json of a test run, and its schema: ``python -m relaylab_conformance.test_run.as_json PATH`` writes that."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from relaylab_conformance import certified_json
from relaylab_conformance.test_run.model import SCHEMA, TestRun

SCHEMA_FILE: Final = Path(__file__).with_name("test_run.schema.json")


def as_json(run: TestRun) -> str:
    """Write a certificate; the same run gives the same text."""
    return certified_json.certificate_text(run)


def schema_text() -> str:
    """Give the schema as the committed copy has it."""
    return certified_json.schema_text(TestRun, SCHEMA)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(schema_text(), encoding="utf-8", newline="\n")
