"""report.json of a test run, and its schema: ``python -m relaylab_conformance.test_run.as_json PATH`` writes that."""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from relaylab_conformance.test_run.model import SCHEMA, TestRun

SCHEMA_FILE: Final = Path(__file__).with_name("test_run.schema.json")


def as_json(run: TestRun) -> str:
    """Write a certificate; the same run gives the same text."""
    return _text(_adapter().dump_python(run, mode="json"))


def schema_text() -> str:
    """Give the schema as the committed copy has it."""
    schema = _adapter().json_schema(mode="serialization")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["properties"]["schema"]["const"] = SCHEMA
    for node in [schema, *schema["$defs"].values()]:
        if "properties" in node:
            node["additionalProperties"] = False
    return _text(schema)


@cache
def _adapter() -> TypeAdapter[TestRun]:
    return TypeAdapter(TestRun)


def _text(document: Any) -> str:  # noqa: ANN401 - whatever JSON holds
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(schema_text(), encoding="utf-8", newline="\n")
