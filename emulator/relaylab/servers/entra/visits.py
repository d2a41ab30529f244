"""From an HTTP request to a visit: form and query in one, in bounds; what cannot be read is left out.

A body counts where it says that it is a form. At the token endpoint it alone counts: a query, such as msal-node's
``client-request-id``, is tolerated and says nothing (fact OA-CC-05).
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from typing import Final
from urllib.parse import parse_qsl, unquote
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.requests import Request

from relaylab.servers.entra.authorize_endpoint import COOKIE
from relaylab.servers.entra.office import Visit
from relaylab.servers.entra.scopes import DEFAULT, OPENID

HOME: Final = "login.microsoftonline.com"
_LARGEST_BODY: Final = 1024 * 1024
_MOST_FIELDS: Final = 200
_FORM: Final = "application/x-www-form-urlencoded"
_HOST: Final = re.compile(r"[A-Za-z0-9.-]+(?::\d{1,5})?|\[[0-9a-fA-F:.]+\](?::\d{1,5})?")


async def read_visit(request: Request, *, is_v1: bool, takes_query: bool = True) -> Visit:
    """Read the request; raise HTTPException for one that is too much."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _LARGEST_BODY:
            raise HTTPException(413, f"the body is larger than {_LARGEST_BODY} octets; send less")
    host = request.headers.get("host", HOME)
    host = host if _HOST.fullmatch(host) else HOME
    query = _fields(request.scope["query_string"].decode("latin-1"))
    is_form = request.headers.get("content-type", "").partition(";")[0].strip().lower() == _FORM
    form = _fields(body.decode("utf-8", "replace")) if is_form else {}
    told = query | form if takes_query else form
    path = {name: unquote(text) for name, text in request.path_params.items()}
    return Visit(
        base=f"https://{host}",
        host=host.lower(),
        tenant_name=path.pop("tenant", "common"),
        form=_scoped(told | path) if is_v1 else told | path,
        basic=_basic(request.headers.get("authorization", "")),
        correlation=_correlation(request.headers.get("client-request-id") or query.get("client-request-id", "")),
        client=request.client.host if request.client else "",
        is_v1=is_v1,
        session=request.cookies.get(COOKIE, ""),
        names_resource=not is_v1 and "resource" in told,
    )


def _scoped(form: dict[str, str]) -> dict[str, str]:
    """Read the ``resource`` of a v1 request as everything of that resource; a scope there holds OpenID's words only."""
    words = [word for word in form.get("scope", "").split() if word in OPENID]
    if form.get("resource"):
        words.append(f"{form['resource'].rstrip('/')}/{DEFAULT}")
    return form | {"scope": " ".join(words)} if words else {name: form[name] for name in form if name != "scope"}


def _fields(text: str) -> dict[str, str]:
    """Read form fields; of one that is given twice, the first counts."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise HTTPException(400, f"the form has more than {_MOST_FIELDS} fields; send fewer") from None
    return dict(reversed(pairs))


def _basic(header: str) -> tuple[str, str] | None:
    scheme, _, given = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = b64decode(given.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return unquote(name), unquote(secret)


def _correlation(text: str) -> str:
    try:
        return str(UUID(text)) if text else ""
    except ValueError:
        return ""
