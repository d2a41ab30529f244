"""The REST interface as OpenAPI, a document for each stable version; no text of others is in it.

Law of this module: it is written from the facts ACS-REST-01 to ACS-REST-25 and from nothing that we have built, so that
requests of unmodified clients and answers of ours can be held against it. Its objects are closed, so that a property
which is not described stands out; a property is required where Microsoft's description has it so, ``error`` of a
result is not.
"""

from __future__ import annotations

from typing import Any, Final

VERSIONS: Final = ("2023-03-31", "2025-09-01")
_INLINE_SINCE: Final = "2025-09-01"  # the one difference between the two: contentId (ACS-REST-05)

_TEXT: Final = {"type": "string"}
_UUID: Final = {"type": "string", "format": "uuid"}
_PARTIES: Final = {"type": "array", "items": {"$ref": "#/components/schemas/Party"}}


def _closed(required: tuple[str, ...] = (), **properties: object) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(required),
        "properties": properties,
        "additionalProperties": False,
    }


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [{"type": "null"}, schema]}


def schemas(version: str) -> dict[str, Any]:
    """The objects of a version."""
    inline = {"contentId": _TEXT} if version >= _INLINE_SINCE else {}
    detail = {"$ref": "#/components/schemas/Detail"}
    return {
        "Party": _closed(("address",), address=_TEXT, displayName=_TEXT),
        "Attachment": _closed(
            ("name", "contentType", "contentInBase64"), name=_TEXT, contentType=_TEXT, contentInBase64=_TEXT, **inline
        ),
        "Message": _closed(
            ("senderAddress", "content", "recipients"),
            senderAddress=_TEXT,
            content=_closed(("subject",), subject=_TEXT, plainText=_TEXT, html=_TEXT),
            recipients=_closed(("to",), to=_PARTIES, cc=_PARTIES, bcc=_PARTIES),
            attachments={"type": "array", "items": {"$ref": "#/components/schemas/Attachment"}},
            replyTo=_PARTIES,
            headers={"type": "object", "additionalProperties": _TEXT},
            userEngagementTrackingDisabled={"type": "boolean"},
        ),
        "Detail": _closed(
            ("code", "message"),
            code=_TEXT,
            message=_TEXT,
            target=_or_null(_TEXT),
            details=_or_null({"type": "array", "items": detail}),
            additionalInfo=_or_null({"type": "array", "items": _closed(type=_TEXT, info={"type": "object"})}),
        ),
        "Refusal": _closed(("error",), error=detail),
        "Result": _closed(
            ("id", "status"),
            id=_UUID,
            status={"enum": ["NotStarted", "Running", "Succeeded", "Failed", "Canceled"]},
            error=_or_null(detail),
        ),
    }


def _json(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}


def interface(version: str) -> dict[str, Any]:
    """The document of a version."""
    asked = {"name": "api-version", "in": "query", "required": True, "schema": {"enum": [version]}}
    refused = {"description": "What stands in the way.", "content": _json("Refusal")}
    send = {
        "parameters": [asked, {"name": "Operation-Id", "in": "header", "schema": _UUID}],
        "requestBody": {"required": True, "content": _json("Message")},
        "responses": {"202": {"description": "It is an operation.", "content": _json("Result")}, "default": refused},
    }
    ask = {
        "parameters": [asked, {"name": "operationId", "in": "path", "required": True, "schema": _TEXT}],
        "responses": {"200": {"description": "How it stands.", "content": _json("Result")}, "default": refused},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Azure Communication Services Email", "version": version},
        "paths": {"/emails:send": {"post": send}, "/emails/operations/{operationId}": {"get": ask}},
        "components": {"schemas": schemas(version)},
    }


def schema_of(name: str, version: str) -> dict[str, Any]:
    """An object of a version by itself, for those who validate one document."""
    return {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas(version)}}
