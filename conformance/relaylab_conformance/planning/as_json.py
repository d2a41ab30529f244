"""A plan as JSON, and the schema that its types give: ``python -m relaylab_conformance.planning.as_json PATH``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from relaylab_conformance import certified_json
from relaylab_conformance.planning.model import SCHEMA, Plan

SCHEMA_FILE: Final = Path(__file__).with_name("plan.schema.json")


def as_json(plan: Plan) -> str:
    """Write a plan; the same plan gives the same text."""
    return certified_json.certificate_text(plan)


def schema_text() -> str:
    """Give the schema as the committed copy has it."""
    return certified_json.schema_text(Plan, SCHEMA)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(schema_text(), encoding="utf-8", newline="\n")
