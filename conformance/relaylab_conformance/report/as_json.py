"""report.json, and the schema that its types give: ``python -m relaylab_conformance.report.as_json PATH`` writes it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from relaylab_conformance.report.model import SCHEMA, Report

SCHEMA_FILE: Final = Path(__file__).with_name("report.schema.json")


def as_json(report: Report) -> str:
    """Write a report; the same report gives the same text."""
    return _text(_adapter().dump_python(report, mode="json"))


def as_lines(documents: Iterable[Mapping[str, object]]) -> str:
    """Write one JSON value a line."""
    return "".join(f"{json.dumps(document, ensure_ascii=False)}\n" for document in documents)


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
def _adapter() -> TypeAdapter[Report]:
    return TypeAdapter(Report)


def _text(document: Any) -> str:  # noqa: ANN401 - whatever JSON holds
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(schema_text(), encoding="utf-8", newline="\n")
