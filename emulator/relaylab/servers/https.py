"""The one HTTPS listener: services by host name, and by path for clients that cannot resolve the names.

A new service is one more ``Service``: the first row whose host or path fits has the request.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse

from relaylab.servers import lab_obstacles
from relaylab.servers.acs_rest.visit import HOSTS as ACS_REST_HOSTS
from relaylab.servers.fleet import Announced, ListenError, Listening
from relaylab.servers.lab_plan import REAL_PORTS
from relaylab.servers.web import WebServer

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from starlette.types import ASGIApp, Receive, Scope, Send

    from relaylab_certs import CertifiedKey

ENTRA_HOSTS: Final = r"login\.microsoftonline\.com|login\.windows\.net|login\.microsoft\.com|sts\.windows\.net"


@dataclass(frozen=True, slots=True)
class Service:
    """One service: the hosts and the paths that are its own (regular expressions), and its application.

    ``proofs`` is how the Authorization header begins of requests that are meant for it alone; empty: none are.
    """

    name: str
    hosts: str
    paths: str
    app: ASGIApp
    proofs: str = ""


class HttpsDispatch:
    """An application that hands every request to the service it is for."""

    def __init__(self, *services: Service) -> None:
        """Look through ``services`` in order: by host first, then by path, at last by how a request is signed."""
        self._services = tuple((re.compile(one.hosts), re.compile(one.paths), one) for one in services)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        app = self._find(scope)
        if app is not None:
            await app(scope, receive, send)
            return
        there = ", ".join(one.name for _, _, one in self._services)
        said = f"{scope.get('path')} belongs to none of the services here, which are: {there}"
        await JSONResponse({"error": said}, 404)(scope, receive, send)

    def _find(self, scope: Scope) -> ASGIApp | None:
        headers = dict(scope.get("headers") or ())
        host = headers.get(b"host", b"").decode("latin-1").lower().rpartition(":")
        name = host[0] if host[1] and host[2].isdigit() else "".join(host)
        for hosts, _, service in self._services:
            if hosts.fullmatch(name):
                return service.app
        path = scope.get("path", "")
        found = next((service.app for _, paths, service in self._services if paths.match(path)), None)
        return found or self._find_by_proof(headers.get(b"authorization", b"").decode("latin-1"))

    def _find_by_proof(self, authorization: str) -> ASGIApp | None:
        given = authorization.lower()
        services = (service for _, _, service in self._services)
        return next((one.app for one in services if one.proofs and given.startswith(one.proofs.lower())), None)


class HttpsListener:
    """The listener of all HTTPS services, in the loop that the other listeners run in."""

    def __init__(
        self,
        *services: Service,
        now: Callable[[], datetime],
        on_tls_failure: Callable[[str, str], None] | None = None,
    ) -> None:
        """Prepare; nothing listens before ``start``. ``on_tls_failure`` is told of each handshake that fails."""
        self._dispatch = HttpsDispatch(*services)
        self._now = now
        self._on_tls_failure = on_tls_failure
        self._server: WebServer | None = None
        self._host = ""

    @property
    def url(self) -> str:
        """Where it listens; empty before it does."""
        return self._server.url if self._server else ""

    @property
    def announced(self) -> tuple[Announced, ...]:
        """The listener as users are told of it; nothing before it listens."""
        if self._server is None:
            return ()
        return (Announced("https", None, Listening(self._host, self._server.port, "login.microsoftonline.com")),)

    async def start(self, host: str, port: int, certified: CertifiedKey, *, in_lab: bool = False) -> None:
        """Listen; port 0 takes a free one. Raise ListenError when it cannot."""
        server = WebServer(self._dispatch, now=self._now, certified=certified, on_tls_failure=self._on_tls_failure)
        try:
            await server.start(host, port)
        except OSError as error:
            real = REAL_PORTS["https"]
            way_out = lab_obstacles.way_out(error.errno, port, real, platform=sys.platform) if in_lab else ""
            raise ListenError.about("https", host, port, error, way_out) from None
        self._server, self._host = server, host

    def certify(self, certified: CertifiedKey) -> None:
        """Show another chain from the next handshake on."""
        if self._server is not None:
            self._server.certify(certified)

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            await self._server.stop()


def entra_service(app: ASGIApp) -> Service:
    """Give Entra's row: every path that begins with a tenant and goes on as one of its endpoints does."""
    tails = r"(v2\.0/|\.well-known/|discovery/|oauth2/|userrealm/|login|adminconsent)"
    return Service("Entra (login.microsoftonline.com)", ENTRA_HOSTS, rf"(?i:/error$|/[^/]+/{tails})", app)


def acs_rest_service(app: ASGIApp) -> Service:
    """Give the row of Azure Communication Services: a resource is named by the host, or by the path below ``/acs/``.

    Without either it is told by the key that has signed, for clients that take no endpoint with a path.
    """
    paths = r"(?i:/acs/[^/]+/|/+emails(:send|/operations/|/[^/]+/status))"
    name = "Azure Communication Services (*.communication.azure.com)"
    return Service(name, ACS_REST_HOSTS, paths, app, proofs="HMAC-SHA256 ")


def told_by_name(acs_rest: Callable[[str], None], entra: Callable[[str], None]) -> Callable[[str, str], None]:
    """Have the service hear of a failed handshake whose name was asked for; without a name it is Entra."""

    def tell(reason: str, name: str) -> None:
        (acs_rest if re.fullmatch(ACS_REST_HOSTS, name.lower()) else entra)(reason)

    return tell
