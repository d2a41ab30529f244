"""Who may ask at all: somebody on this machine, not a page in a browser, who holds the token.

A page that a browser shows can send requests to this machine, and by a name of its own that it has pointed here even
read the answers (DNS rebinding). So the name that was asked for must be one of this machine's own, and a request that
another origin made is refused. The token alone would stop both; this stands in front of it.
"""

from __future__ import annotations

import hmac
from http import HTTPStatus
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers

from relaylab.servers.control.call import JsonAnswer

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_NO_TOKEN: Final = "the control plane needs its token; send the header Authorization: Bearer TOKEN"  # noqa: S105 - none


class Guard:
    """Lets through to ``app`` whoever may ask."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        if scope["type"] != "http":
            return
        refusal = self._refusal(Headers(scope=scope))
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, headers: Headers) -> JsonAnswer | None:
        host = headers.get("host", "")
        if not _is_of_this_machine(host):
            error = f"{host!r} is not a name of this machine; ask at http://127.0.0.1 or http://localhost"
            return JsonAnswer({"error": error}, status_code=HTTPStatus.MISDIRECTED_REQUEST)
        origin, site = headers.get("origin"), headers.get("sec-fetch-site", "none")
        if (origin is not None and origin != f"http://{host}") or site not in {"none", "same-origin"}:
            error = "a page of another origin may not ask here; use a program, such as curl or `relaylab status`"
            return JsonAnswer({"error": error}, status_code=HTTPStatus.FORBIDDEN)
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), self._token):
            return JsonAnswer(
                {"error": _NO_TOKEN}, status_code=HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"}
            )
        return None


def _is_of_this_machine(host: str) -> bool:
    """Tell whether a Host header names the loopback, with or without a port."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    if name.lower() == "localhost":
        return True
    try:
        return ip_address(name.removeprefix("[").removesuffix("]")).is_loopback
    except ValueError:
        return False
