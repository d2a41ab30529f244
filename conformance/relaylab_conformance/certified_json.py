"""A certificate as one JSON text, and the schema that its types give; every kind of certificate is written so."""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter


def certificate_text(certificate: object) -> str:
    """Write a certificate; the same one gives the same text."""
    return _text(TypeAdapter[object](type(certificate)).dump_python(certificate, mode="json"))


def schema_text(kind: type, name: str) -> str:
    """Give the schema of a kind of certificate, whose ``schema`` says ``name``, as the committed copy has it."""
    schema = TypeAdapter[object](kind).json_schema(mode="serialization")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["properties"]["schema"]["const"] = name
    for node in [schema, *schema["$defs"].values()]:
        if "properties" in node:
            node["additionalProperties"] = False
    return _text(schema)


def _text(document: Any) -> str:  # noqa: ANN401 - whatever JSON holds
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
