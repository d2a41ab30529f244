"""An operation of the control plane as a value, and one call of it: its parameters and body read, checked and named.

Law: the description in openapi.json is made from the same values that requests are read by.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from enum import Enum
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Literal, NoReturn, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from relaylab.domain.clock import parse_instant

if TYPE_CHECKING:
    from relaylab.servers.control.controlled import Controlled
    from relaylab.servers.control.stream import Streams

T = TypeVar("T")

LARGEST_BODY: Final = 64 * 1024 * 1024
MERGE_PATCH: Final = "application/merge-patch+json"
_LARGEST_NUMBER: Final = 2**63 - 1
_AT_ONCE: Final = 8  # items of a page that are written before others have their turn


class RejectedError(Exception):
    """A request that cannot be obeyed; the text ends with the way out."""

    def __init__(self, message: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(message)
        self.status = status


class Kind(Enum):
    """What a field of a body may hold: the word for people, and the type in JSON Schema."""

    TEXT = "text", "string"
    WHOLE = "whole number", "integer"
    NUMBER = "number", "number"
    YES_OR_NO = "true or false", "boolean"
    OBJECT = "object", "object"

    def admits(self, value: object) -> bool:
        """Tell whether a JSON value is of this kind."""
        if isinstance(value, bool):
            return self is Kind.YES_OR_NO
        match self:
            case Kind.YES_OR_NO:
                return False
            case Kind.TEXT:
                return isinstance(value, str)
            case Kind.WHOLE:
                return isinstance(value, int) and abs(value) <= _LARGEST_NUMBER
            case Kind.NUMBER:
                return isinstance(value, int | float) and abs(value) <= _LARGEST_NUMBER
            case Kind.OBJECT:
                return isinstance(value, dict)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a body."""

    name: str
    kind: Kind
    what: str
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """A body that is a JSON object with these fields and no others; without fields, any object.

    ``described`` gives the JSON Schema of an object that is read elsewhere. ``is_patch`` admits a JSON merge patch
    (RFC 7396) as a body of its own media type.
    """

    example: Mapping[str, object]
    fields: tuple[Field, ...] = ()
    is_required: bool = True
    is_patch: bool = False
    described: Callable[[], Mapping[str, object]] | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the query; ``choices`` are the only values it takes, a ``default`` of int makes it a number."""

    name: str
    what: str
    default: int | None = None
    choices: tuple[str, ...] = ()

    @property
    def is_number(self) -> bool:
        """Whether it takes a whole number of 0 or more."""
        return self.default is not None


@dataclass(frozen=True, slots=True)
class Operation:
    """A method on a path.

    ``answer`` is the shape of what it answers with ``status``, None where that is no JSON but ``media``, or nothing.
    ``of`` is what its parameters filter, in the plural; ``errors`` are statuses of errors beyond those all have.
    """

    method: Literal["GET", "PUT", "POST", "PATCH", "DELETE"]
    path: str
    summary: str
    handler: Callable[[Call], Awaitable[Response]]
    answer: type | None = None
    status: HTTPStatus = HTTPStatus.OK
    media: str | None = None
    of: str = "this"
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    errors: tuple[HTTPStatus, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, read: ``fields`` is its body, ``patch`` too where that is a merge patch of its own media type."""

    controlled: Controlled
    streams: Streams
    request: Request
    numbers: Mapping[str, int]
    texts: Mapping[str, str]
    fields: dict[str, object] = field(default_factory=dict)
    patch: dict[str, object] | None = None

    def step(self, name: str) -> str:
        """Give a step of the path."""
        return str(self.request.path_params[name])

    def number(self, name: str) -> int:
        """Give a parameter that is a number, or its default."""
        return self.numbers[name]

    def text(self, name: str) -> str | None:
        """Give a parameter or a field of the body that is a text, or None."""
        value = self.fields.get(name, self.texts.get(name))
        return value if isinstance(value, str) else None

    def instant(self, name: str) -> datetime | None:
        """Give a field that is an instant, or None; reject the request for what is none."""
        text = self.text(name)
        return None if text is None else instant(text, name)


class JsonAnswer(JSONResponse):
    """JSON in ASCII, since a client of ours may have said what is no text (lone surrogates), and we tell of it."""

    def render(self, content: object) -> bytes:
        """Write it."""
        return json.dumps(content, allow_nan=False, separators=(",", ":")).encode("ascii")


async def written(items: Iterable[T], write: Callable[[T], object]) -> list[object]:
    """Write out the items of a page, and let SMTP clients have their turn in between.

    What is read for the first time may be worked out here: signing a thousand messages takes seconds.
    """
    page = []
    for item in items:
        page.append(write(item))
        if len(page) % _AT_ONCE == 0:
            await asyncio.sleep(0)
    return page


def instant(text: str, name: str) -> datetime:
    """Read the instant in the field of that name, or reject the request."""
    with naming(name):
        return parse_instant(text)


@contextmanager
def naming(name: str) -> Iterator[None]:
    """Put the name of a field before whatever is wrong with it."""
    try:
        yield
    except RejectedError as error:
        raise RejectedError(f"{name}: {error}", error.status) from None
    except ValueError as error:
        raise RejectedError(f"{name}: {error}") from None


def not_found(message: str) -> RejectedError:
    """Make the error of a request for something that does not exist."""
    return RejectedError(message, HTTPStatus.NOT_FOUND)


def did_you_mean(word: str, choices: tuple[str, ...]) -> str:
    """Name the near miss, if there is one, as the end of a sentence."""
    near = get_close_matches(word[:80], choices, n=1, cutoff=0.7)
    return f'; did you mean "{near[0]}"?' if near else ""


async def read(operation: Operation, request: Request, controlled: Controlled, streams: Streams) -> Call:
    """Read a request; raise RejectedError for one that is not as described."""
    numbers = {one.name: one.default for one in operation.parameters if one.default is not None}
    texts: dict[str, str] = {}
    by_name = {one.name: one for one in operation.parameters}
    for name, value in request.query_params.multi_items():
        parameter = by_name.get(name)
        if parameter is None:
            way_out = f"use {', '.join(by_name)}" if by_name else "leave it out, there are none"
            raise RejectedError(
                f"{name!r} is no filter of {operation.of}; {way_out}{did_you_mean(name, tuple(by_name))}"
            )
        if len(request.query_params.getlist(name)) > 1:
            raise RejectedError(f"{name} is given twice; give it once")
        if parameter.default is not None:
            numbers[name] = _number(parameter, value, parameter.default)
        else:
            texts[name] = _chosen(parameter, value, operation.of)
    called = Call(controlled=controlled, streams=streams, request=request, numbers=numbers, texts=texts)
    return called if operation.body is None else await _with_body(called, operation.body)


def _number(parameter: Parameter, text: str, default: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise RejectedError(f"{parameter.name}={text!r} is not a whole number of 0 or more; leave it out for {default}")
    return int(text)


def _chosen(parameter: Parameter, value: str, of: str) -> str:
    choices = parameter.choices
    if choices and value not in choices:
        what = f"{parameter.name} of {of.removesuffix('s')}"
        raise RejectedError(f"{value!r} is no {what}; use one of {', '.join(choices)}{did_you_mean(value, choices)}")
    return value


async def _with_body(called: Call, body: Body) -> Call:
    octets = bytearray()
    async for part in called.request.stream():
        octets += part
        if len(octets) > LARGEST_BODY:
            message = f"the body is larger than {LARGEST_BODY} octets; send less"
            raise RejectedError(message, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if not octets and not body.is_required:
        return called
    fields = _object(octets)
    media = called.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body.is_patch and media == MERGE_PATCH:
        return _call_with(called, {}, fields)
    _check(fields, body)
    return _call_with(called, fields, None)


def _call_with(called: Call, fields: dict[str, object], patch: dict[str, object] | None) -> Call:
    return Call(
        controlled=called.controlled,
        streams=called.streams,
        request=called.request,
        numbers=called.numbers,
        texts=called.texts,
        fields=fields,
        patch=patch,
    )


def _object(octets: bytearray) -> dict[str, object]:
    try:
        document = json.loads(octets, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise RejectedError(f"the body is no JSON: {error}; send an object") from None
    if not isinstance(document, dict):
        raise RejectedError("the body is JSON, but no object; send {...}")
    return document


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _check(fields: Mapping[str, object], body: Body) -> None:
    if not body.fields:
        return
    known = tuple(one.name for one in body.fields)
    example = json.dumps(body.example)
    for name in fields:
        if name not in known:
            way_out = did_you_mean(name, known) or f"; they are {', '.join(known)}"
            raise RejectedError(f'"{name[:80]}" is none of the fields of the body{way_out}')
    for one in body.fields:
        word, _ = one.kind.value
        if one.name not in fields and not one.is_required:
            continue
        if not one.kind.admits(fields.get(one.name)):
            raise RejectedError(f'the body has no {word} "{one.name}"; send {example}')
