"""The description of the control plane, OpenAPI 3.1, made from its operations.

``python -m relaylab.servers.control.openapi`` prints it; a test keeps the copy beside this file fresh.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import fields
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, get_args, get_type_hints

from pydantic import TypeAdapter

from relaylab.domain.attribution import Attribution
from relaylab.domain.certificate import CertificateFacts, ChainFault
from relaylab.domain.decision import Decision, ReplyFacts
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.event import Event
from relaylab.domain.source import Source
from relaylab.servers.control.app import OPERATIONS
from relaylab.servers.control.call import MERGE_PATCH
from relaylab.servers.control.shapes import ErrorShape, EventsShape, FaultShape, NotReadyShape, StatusShape
from relaylab.store import KINDS
from relaylab.store.shapes import AttributionShape, ReplyShape, SourceShape, VerdictShape

if TYPE_CHECKING:
    from relaylab.servers.control.call import Body, Operation

Json = dict[str, Any]

_SHAPES: Final = "#/components/schemas/"
_STEP: Final = re.compile(r"\{(\w+)(?::path)?\}")
_ERRORS: Final = {
    HTTPStatus.BAD_REQUEST: "What was sent is wrong: where, what was expected, the way out.",
    HTTPStatus.UNAUTHORIZED: "The token is missing or wrong.",
    HTTPStatus.FORBIDDEN: "A page of another origin asked.",
    HTTPStatus.MISDIRECTED_REQUEST: "The Host header names no address of this machine.",
    HTTPStatus.NOT_FOUND: "There is no such thing.",
    HTTPStatus.CONFLICT: "Another was first, or there is no room.",
    HTTPStatus.PRECONDITION_FAILED: "Another revision than that of If-Match is in force.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Not every listener is ready.",
}
_ALWAYS: Final = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.MISDIRECTED_REQUEST)


def description() -> Json:
    """Make the document."""
    answers = {one.answer: one.answer for one in OPERATIONS if one.answer is not None and one.answer is not dict}
    shapes = [*answers, ErrorShape, NotReadyShape, VerdictShape, AttributionShape, ReplyShape, SourceShape]
    inputs: list[Any] = [(shape, "serialization", TypeAdapter(shape)) for shape in dict.fromkeys(shapes)]
    _, named = TypeAdapter.json_schemas(inputs, ref_template=_SHAPES + "{model}")
    schemas: Json = {name: _tidied(schema) for name, schema in sorted(named["$defs"].items())}
    schemas["Event"] = {"oneOf": [_event(kind, word) for kind, word in zip(get_args(Event), KINDS, strict=True)]}
    schemas[EventsShape.__name__]["properties"]["events"]["items"] = {"$ref": _SHAPES + "Event"}
    schemas[StatusShape.__name__]["properties"]["faults"]["items"] = {"$ref": _SHAPES + FaultShape.__name__}
    paths: Json = {}
    for operation in OPERATIONS:
        paths.setdefault(_STEP.sub(r"{\1}", operation.path), {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "relaylab control plane",
            "version": "1",
            "summary": "Steers a running relaylab: its clock, world, mail, events, verdicts and snapshots.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "http://127.0.0.1:1592", "description": "Where `relaylab serve` says it is."}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def text() -> str:
    """Write the document as it is kept."""
    return json.dumps(description(), indent=1, ensure_ascii=True) + "\n"


def _operation(operation: Operation) -> Json:
    steps = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in _STEP.findall(operation.path)
    ]
    query = [_parameter(one) for one in operation.parameters]
    headers = (
        [_header("If-Match", "The revision that must be in force.")] if operation.path.startswith("/world") else []
    )
    if operation.path == "/events/stream":
        headers = [_header("Last-Event-ID", "The number of the last event that was seen; it wins over after.")]
    described: Json = {
        "operationId": _name(operation),
        "summary": operation.summary,
        "parameters": [*steps, *query, *headers],
        "responses": _responses(operation),
    }
    if operation.body is not None:
        described["requestBody"] = _body(operation.body)
    return described


def _parameter(one: Any) -> Json:  # noqa: ANN401 - a Parameter
    schema: Json = {"type": "string"}
    if one.default is not None:
        schema = {"type": "integer", "minimum": 0, "maximum": 10**18 - 1, "default": one.default}
    elif one.choices:
        schema["enum"] = list(one.choices)
    return {"name": one.name, "in": "query", "description": one.what, "schema": schema}


def _header(name: str, what: str) -> Json:
    return {"name": name, "in": "header", "description": what, "schema": {"type": "string", "pattern": "^[0-9]{1,18}$"}}


def _body(body: Body) -> Json:
    properties = {one.name: {"type": one.kind.value[1], "description": one.what} for one in body.fields}
    schema: Json = {"type": "object"}
    if properties:
        required = [one.name for one in body.fields if one.is_required]
        schema |= {"properties": properties, "additionalProperties": False}
        schema |= {"required": required} if required else {}
    if body.described is not None:
        schema = dict(body.described())
    content: Json = {"application/json": {"schema": schema, "example": dict(body.example)}}
    if body.is_patch:
        content[MERGE_PATCH] = {"schema": {"type": "object"}, "example": body.example["patch"]}
    return {"required": body.is_required, "content": content}


def _responses(operation: Operation) -> Json:
    good: Json = {"description": HTTPStatus(operation.status).phrase}
    if operation.answer is dict:
        good["content"] = {"application/json": {"schema": {"type": "object"}}}
    elif operation.answer is not None:
        good["content"] = {"application/json": {"schema": {"$ref": _SHAPES + operation.answer.__name__}}}
    elif operation.media is not None:
        good["content"] = {operation.media: {"schema": {}}}
    responses = {str(int(operation.status)): good}
    large = (HTTPStatus.REQUEST_ENTITY_TOO_LARGE,) if operation.body else ()
    for status in sorted({*_ALWAYS, *operation.errors, *large}):
        shape = NotReadyShape if status is HTTPStatus.SERVICE_UNAVAILABLE else ErrorShape
        content = {"application/json": {"schema": {"$ref": _SHAPES + shape.__name__}}}
        responses[str(int(status))] = {"description": _ERRORS[status], "content": content}
    return responses


def _name(operation: Operation) -> str:
    words = re.findall(r"\w+", _STEP.sub(r"\1", operation.path))
    return "_".join([operation.method.lower(), *words])


def _tidied(schema: Json) -> Json:
    """Put a description, which is a docstring, on one line."""
    if "description" in schema:
        schema["description"] = " ".join(schema["description"].split())
    return schema


def _event(kind: type, word: str) -> Json:
    """Describe one kind of event by its fields, as ``as_json`` writes them."""
    names = {one.__name__: one for one in (Decision, Attribution, ReplyFacts, Source, Endpoint, CertificateFacts)}
    hints = get_type_hints(kind, localns=names)
    properties: Json = {"seq": {"type": "integer"}, "kind": {"const": word}}
    for one in fields(kind):
        if one.compare:
            properties["verdict" if one.name == "decision" else one.name] = _plain(hints[one.name])
    return {"type": "object", "title": word, "properties": properties, "required": list(properties)}


def _plain(hint: Any) -> Json:  # noqa: ANN401 - any annotation of an event
    by_type: dict[object, Json] = {
        str: {"type": "string"},
        int: {"type": "integer"},
        str | None: {"type": ["string", "null"]},
        bool: {"type": "boolean"},
        tuple[str, ...]: {"type": "array", "items": {"type": "string"}},
        datetime | None: {"type": ["string", "null"], "format": "date-time"},
        ChainFault | None: {"type": ["string", "null"], "enum": [*map(str, ChainFault), None]},
        Endpoint: {"type": "string"},
        Decision: {"$ref": _SHAPES + VerdictShape.__name__},
        Attribution: {"$ref": _SHAPES + AttributionShape.__name__},
        ReplyFacts: {"$ref": _SHAPES + ReplyShape.__name__},
        Source: {"$ref": _SHAPES + SourceShape.__name__},
    }
    if hint == CertificateFacts | None:
        return {"oneOf": [_object(CertificateFacts), {"type": "null"}]}
    return by_type.get(hint, {"type": "string", "format": "date-time"})


def _object(kind: type) -> Json:
    """Describe a value inside an event by its fields."""
    properties = {name: _plain(hint) for name, hint in get_type_hints(kind).items()}
    return {"type": "object", "properties": properties, "required": list(properties)}


if __name__ == "__main__":
    sys.stdout.write(text())
