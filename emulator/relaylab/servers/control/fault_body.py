"""The body of ``POST /faults`` as JSON Schema, made from the values that a fault is made of.

Law: it names every key that a fault can have, and no other. What a behaviour takes of them is told when it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from relaylab.domain.fault import Behaviour, Layer, Per, Step, When
from relaylab.domain.handshake import TlsVersion
from relaylab.rules.faults import CONDUCTS, SAYABLE
from relaylab.servers.fault_words import COMMON, PARAMETERS, SCOPE
from relaylab.servers.fleet import FAULT_PLACES

Json = dict[str, Any]

_TEXT: Final[Json] = {"type": "string", "minLength": 1}
_INSTANT: Final[Json] = {"type": "string", "description": "A date, or an ISO 8601 instant; without a zone it is UTC."}
_NUMBER: Final[Json] = {"type": "number", "minimum": 0, "maximum": 86_400}
_COUNT: Final[Json] = {"type": "integer", "minimum": 1, "maximum": 999_999_999}
_LIST: Final[Json] = {
    "type": "array",
    "items": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9-]*$"},
    "minItems": 1,
}
_PLACE: Final[Json] = {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": "^[1-9][0-9]*[+]?$"}]}


def fault_body() -> Json:
    """Describe a fault as it is sent."""
    scope = {key: _one_of(FAULT_PLACES) if key == "listener" else dict(_TEXT) for key, _ in SCOPE}
    properties: Json = {
        "behaviour": _enum(Behaviour) | {"description": "What is done; `relaylab faults` has a sentence for each."},
        "scope": {
            "type": "object",
            "description": "Where it acts: where all that is given fits; everywhere without it.",
            "properties": _described(scope, dict(SCOPE)),
            "additionalProperties": False,
        },
        **_described(_EVERY, {key: meaning for keys, meaning in COMMON for key in keys.split(", ")}),
        **_described(_SOME, _meanings()),
    }
    return {"type": "object", "properties": properties, "required": ["behaviour"], "additionalProperties": False}


def _enum(kind: type[StrEnum]) -> Json:
    return _one_of(tuple(one.value for one in kind))


def _one_of(values: tuple[str, ...]) -> Json:
    return {"type": "string", "enum": list(values)}


def _described(schemas: Mapping[str, Json], meanings: Mapping[str, str]) -> Json:
    return {key: {**schema, "description": f"{meanings[key]}."} for key, schema in schemas.items()}


def _meanings() -> dict[str, str]:
    """Say of each parameter what it means, and which behaviours take it."""
    by_key = {key: [one.behaviour.value for one in CONDUCTS.values() if key in one.takes] for key in PARAMETERS}
    return {key: f"{meaning}; taken by {', '.join(by_key[key])}" for key, meaning in PARAMETERS.items()}


_EVERY: Final[Mapping[str, Json]] = {
    "times": _COUNT,
    "per": _enum(Per),
    "chance": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
    "since": _INSTANT,
    "until": _INSTANT,
    "for": {"type": "string", "pattern": "^[0-9]{1,6}[smhd]$"},
}
_SOME: Final[Mapping[str, Json]] = {
    "step": _enum(Step),
    "nth": _PLACE,
    "code": {"type": "integer", "minimum": 200, "maximum": 599},
    "enhanced": {"type": "string", "pattern": r"^[245]\.[0-9]{1,3}\.[0-9]{1,3}$"},
    "text": {"type": "string"},
    "says": _one_of(tuple(sorted(SAYABLE))),
    "close": {"type": "boolean"},
    "seconds": _NUMBER,
    "octets": _COUNT,
    "size": _COUNT,
    "lines": _COUNT,
    "parameters": _LIST,
    "mechanisms": _LIST,
    "keywords": _LIST,
    "layer": _enum(Layer),
    "when": _enum(When),
    "name": _TEXT,
    "minimum": _enum(TlsVersion),
    "maximum": _enum(TlsVersion),
}
