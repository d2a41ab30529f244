"""One request to the REST interface as it came over the wire, and what goes back.

Law: of a request that is out of all bounds no more is kept than tells so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote

from relaylab.domain.entra import shown
from relaylab.rules.acs import limits
from relaylab.rules.acs_rest.connect import LARGEST_BODY

if TYPE_CHECKING:
    from starlette.requests import Request

HOSTS: Final = r"(?P<name>[a-z0-9-]+)(?:\.[a-z0-9-]+)?\.communication\.azure\.com"
_HOST: Final = re.compile(HOSTS)
_PATH: Final = re.compile(r"/acs/([^/]+)(?=/)", re.IGNORECASE)
_AUTHORITY: Final = re.compile(r"[A-Za-z0-9.-]+(?::\d{1,5})?|\[[0-9a-fA-F:.]+\](?::\d{1,5})?")
_MOST_FIELDS: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request as it came over the wire.

    ``authority`` is host and port as the client names them, ``raw_target`` path and query undecoded, ``path`` the path
    behind a ``prefix`` such as ``/acs/contoso-email-acs``. ``headers`` have names in lower case. ``body`` is empty
    where it was too long to keep; ``size`` and ``digest`` are of all of it.
    """

    method: str
    authority: str
    raw_target: str
    prefix: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)
    resource_name: str
    body: bytes = field(default=b"", repr=False)
    size: int = 0
    digest: bytes = b""
    client: str = ""

    @property
    def base(self) -> str:
        """The endpoint as the client names it."""
        return f"https://{self.authority}{self.prefix}"

    @property
    def api_version(self) -> str:
        """The version that is asked for, in bounds."""
        return shown(self.query.get("api-version", ""))

    @property
    def request_id(self) -> str:
        """The client's own id of the request, in bounds; "" where it gives none."""
        return shown(self.headers.get("x-ms-client-request-id", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back; ``delay`` is real seconds to wait before."""

    status: int
    document: Mapping[str, Any] | None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0


async def read_visit(request: Request) -> Visit:
    """Read a request, and of a body that is out of all bounds no more than tells so."""
    body, digest, size = bytearray(), sha256(), 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST_BODY:
            break
        digest.update(part)
        if size <= limits.MESSAGE_SIZE:
            body += part
    scope = request.scope
    raw_path = (scope.get("raw_path") or scope["path"].encode("utf-8")).decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    authority = request.headers.get("host", "")
    authority = authority if _AUTHORITY.fullmatch(authority) else "localhost"
    host = authority.rpartition(":")[0] if re.search(r":\d+$", authority) else authority
    name, prefix = resource_in(host, raw_path)
    return Visit(
        method=request.method,
        authority=authority,
        raw_target=f"{raw_path}?{query}" if query else raw_path,
        prefix=prefix,
        path=raw_path[len(prefix) :],
        query=_fields(query),
        headers={key.lower(): value for key, value in request.headers.items()},
        resource_name=unquote(name),
        body=bytes(body) if size <= limits.MESSAGE_SIZE else b"",
        size=size,
        digest=digest.digest(),
        client=request.client.host if request.client else "",
    )


def _fields(query: str) -> Mapping[str, str]:
    """Read the query; of a field that is given twice, the first counts."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="replace", max_num_fields=_MOST_FIELDS)
    except ValueError:
        return {}
    return {name.lower(): value for name, value in reversed(pairs)}


def resource_in(host: str, path: str) -> tuple[str, str]:
    """Give the name of the resource that is asked, and the prefix of the path that names it."""
    named = _HOST.fullmatch(host.lower())
    if named is not None:
        return named["name"], ""
    found = _PATH.match(path)
    return (found[1], found[0]) if found else ("", "")
