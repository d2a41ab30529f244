"""The REST interface as OpenAPI, written from the facts ACS-REST-01 to ACS-REST-25; no text of others is in it.

It describes what version 2025-09-01 takes and answers: requests and answers of the tests are held against it.
"""

from __future__ import annotations

from typing import Any, Final

_TEXT: Final = {"type": "string"}
_PARTIES: Final = {"type": "array", "items": {"$ref": "#/components/schemas/Party"}}
_ERROR: Final = {
    "description": "What stands in the way.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}},
}
_VERSION: Final = {"name": "api-version", "in": "query", "required": True, "schema": {"enum": ["2025-09-01"]}}
_ANSWER: Final = {"application/json": {"schema": {"$ref": "#/components/schemas/Result"}}}

SCHEMAS: Final[dict[str, Any]] = {
    "Party": {
        "type": "object",
        "required": ["address"],
        "properties": {"address": _TEXT, "displayName": _TEXT},
    },
    "Attachment": {
        "type": "object",
        "required": ["name", "contentType", "contentInBase64"],
        "properties": {"name": _TEXT, "contentType": _TEXT, "contentInBase64": _TEXT, "contentId": _TEXT},
    },
    "Message": {
        "type": "object",
        "required": ["senderAddress", "content", "recipients"],
        "properties": {
            "senderAddress": _TEXT,
            "content": {
                "type": "object",
                "required": ["subject"],
                "properties": {"subject": _TEXT, "plainText": _TEXT, "html": _TEXT},
            },
            "recipients": {
                "type": "object",
                "required": ["to"],
                "properties": {"to": _PARTIES, "cc": _PARTIES, "bcc": _PARTIES},
            },
            "attachments": {"type": "array", "items": {"$ref": "#/components/schemas/Attachment"}},
            "replyTo": _PARTIES,
            "headers": {"type": "object", "additionalProperties": _TEXT},
            "userEngagementTrackingDisabled": {"type": "boolean"},
        },
    },
    "Detail": {
        "type": "object",
        "required": ["code", "message"],
        "properties": {"code": _TEXT, "message": _TEXT},
    },
    "Refusal": {
        "type": "object",
        "required": ["error"],
        "properties": {"error": {"$ref": "#/components/schemas/Detail"}},
        "additionalProperties": False,
    },
    "Result": {
        "type": "object",
        "required": ["id", "status", "error"],
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "status": {"enum": ["NotStarted", "Running", "Succeeded", "Failed", "Canceled"]},
            "error": {"anyOf": [{"type": "null"}, {"$ref": "#/components/schemas/Detail"}]},
        },
        "additionalProperties": False,
    },
}

INTERFACE: Final[dict[str, Any]] = {
    "openapi": "3.1.0",
    "info": {"title": "Azure Communication Services Email", "version": "2025-09-01"},
    "paths": {
        "/emails:send": {
            "post": {
                "parameters": [
                    _VERSION,
                    {"name": "Operation-Id", "in": "header", "schema": {"type": "string", "format": "uuid"}},
                ],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Message"}}},
                },
                "responses": {
                    "202": {"description": "It is an operation.", "content": _ANSWER},
                    "default": _ERROR,
                },
            }
        },
        "/emails/operations/{operationId}": {
            "get": {
                "parameters": [
                    _VERSION,
                    {"name": "operationId", "in": "path", "required": True, "schema": _TEXT},
                ],
                "responses": {"200": {"description": "How it stands.", "content": _ANSWER}, "default": _ERROR},
            }
        },
    },
    "components": {"schemas": SCHEMAS},
}


def schema_of(name: str) -> dict[str, Any]:
    """A schema by itself, for those who validate one document."""
    return {"$ref": f"#/components/schemas/{name}", "components": {"schemas": SCHEMAS}}
