"""The lab's page: what to set on a device, and the test root to import, for anybody in the lab's network.

Laws: it is read only, holds no secret, needs nothing from elsewhere, and is made anew for each reader, because the
world and the clock may have moved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from relaylab.servers.mobileconfig import mobileconfig

if TYPE_CHECKING:
    from starlette.requests import Request

    from relaylab_certs import TestAuthority

DER_FILE: Final = "relaylab-ca.cer"
PEM_FILE: Final = "relaylab-ca.pem"
PROFILE_FILE: Final = "relaylab-ca.mobileconfig"

_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class _Download:
    """A file of the page."""

    name: str
    media_type: str
    content: bytes

    def answer(self, request: Request) -> Response:
        """Give the file under its name."""
        del request
        named = {"Content-Disposition": f'attachment; filename="{self.name}"'}
        return Response(self.content, media_type=self.media_type, headers=_HEADERS | named)


def lab_page(make: Callable[[], str], authority: TestAuthority) -> Starlette:
    """Make the application; ``make`` writes the page in HTML."""
    profile = mobileconfig(authority.der, authority.fingerprint)
    downloads = (
        # The types by which browsers and phones know an authority's certificate to import; RFC 2585 names another one
        # (application/pkix-cert), which they take for anybody's certificate.
        _Download(DER_FILE, "application/x-x509-ca-cert", authority.der),
        _Download(PEM_FILE, "application/x-pem-file", authority.ca_file.read_bytes()),
        _Download(PROFILE_FILE, "application/x-apple-aspen-config", profile),
    )

    def page(request: Request) -> Response:
        del request
        return Response(make(), media_type="text/html; charset=utf-8", headers=_HEADERS)

    routes = [Route("/", page), *(Route(f"/{each.name}", each.answer) for each in downloads)]
    return Starlette(routes=routes, exception_handlers={HTTPException: _not_here})


async def _not_here(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    there = ", ".join(("/", f"/{DER_FILE}", f"/{PEM_FILE}", f"/{PROFILE_FILE}"))
    said = f"{request.method} {request.url.path} is not here; GET one of {there}\n"
    return PlainTextResponse(said, status_code=status, headers=_HEADERS)
