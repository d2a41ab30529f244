"""login.microsoftonline.com as an ASGI application: it parses, has the endpoints answer, and renders.

Laws: whatever comes in, no answer is a 500 or shows a stack trace; no answer may be stored by anybody.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from relaylab.domain.endpoint import Endpoint
from relaylab.domain.entra import DiscoveryAsk, InstanceAsk, shown
from relaylab.rules.entra.errors import ERRORS
from relaylab.servers.entra import documents, lookup, pages
from relaylab.servers.entra.authorize_endpoint import AuthorizeEndpoint
from relaylab.servers.entra.consent_endpoint import ConsentEndpoint
from relaylab.servers.entra.device_code_endpoint import DeviceCodeEndpoint
from relaylab.servers.entra.keys import SigningKeys
from relaylab.servers.entra.office import Answer, Office, Visit
from relaylab.servers.entra.reader import SignedTokens
from relaylab.servers.entra.signing_in import SignIns
from relaylab.servers.entra.token_endpoint import TokenEndpoint
from relaylab.servers.entra.visits import HOME, read_visit

if TYPE_CHECKING:
    from relaylab.servers.entra.office import Premises
    from relaylab.store.entra import EntraState

_ENDPOINT: Final = re.compile(
    r"https://(?P<host>[A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?(?:/(?P<tenant>[\w.-]*))?(?:/|$)"
)
_URI_CHARACTERS: Final = "%:/?#[]@!$&'()*+,;=~"  # reserved (RFC 3986 §2.2), and the sign of what is encoded
_HEADERS: Final = {
    "Cache-Control": "no-store, no-cache",
    "Pragma": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "P3P": 'CP="DSP CUR OTPi IND OTRi ONL FIN"',
    "x-ms-ests-server": "2.1.19568.3 - relaylab",
}


class EntraService:
    """The token service of one emulator."""

    def __init__(self, house: Premises, keys: SigningKeys | None = None) -> None:
        """Prepare; the first key is made when something is signed or the keys are asked for.

        ``keys`` are given where several services, one after the other, may sign with the same.
        """
        self._office = Office(house, keys or SigningKeys())
        self.tokens: Final = SignedTokens(self._office.keys, house.holder)
        sign_ins = SignIns(self._office)
        self._token, self._device_codes = TokenEndpoint(self._office), DeviceCodeEndpoint(self._office, sign_ins)
        self._authorize, self._consent = (
            AuthorizeEndpoint(self._office, sign_ins),
            ConsentEndpoint(self._office, sign_ins),
        )
        self.app: Final = self._application()

    def posted(self, path: str, form: Mapping[str, str]) -> Answer:
        """Answer a form that was posted to one of the paths of a sign-in without a browser, without HTTP."""
        tenant, _, name = path.strip("/").partition("/")
        visit = Visit(base=f"https://{HOME}", host=HOME, tenant_name=tenant, form=form)
        match name:
            case "oauth2/v2.0/token":
                return self._token.answer(visit)
            case "oauth2/v2.0/devicecode":
                return self._device_codes.device_code(visit)
            case "oauth2/deviceauth":
                return self._device_codes.approve_device(visit)
            case _:
                msg = f"nothing is posted to {path} without a browser"
                raise ValueError(msg)

    @property
    def state(self) -> EntraState:
        """Codes, refresh tokens and consents: what a snapshot keeps."""
        return self._office.state

    def handshake_failed(self, reason: str) -> None:
        """Log that a client ended TLS before it said anything."""
        self._office.note_failed_handshake(reason)

    def begin_again(self) -> None:
        """Forget codes, tokens, consents and faults; keys stay, so that clients need not fetch them again."""
        self._office.clear()

    def rotate_signing_keys(self, *, keep_old: bool = True) -> str:
        """Sign with a new key from now on and give its id; without the old ones, their tokens count no more."""
        return self._office.keys.rotate(keep_old=keep_old)

    def drop_old_signing_keys(self) -> None:
        """Publish only the key that signs: what the older ones signed counts no more."""
        self._office.keys.drop_old()

    @property
    def keys(self) -> SigningKeys:
        """The keys that sign tokens: what a snapshot keeps besides."""
        return self._office.keys

    @property
    def signing_keys(self) -> tuple[str, ...]:
        """The ids of the keys that are published: the one that signs, then older ones."""
        return self._office.keys.ids

    # Documents ------------------------------------------------------------------------------------------------------

    def _configuration(self, visit: Visit) -> Answer:
        refused, tenant = self._discover(visit)
        return refused or Answer(
            document=documents.openid_configuration(visit.base, tenant, visit.tenant_name.lower(), is_v1=visit.is_v1)
        )

    def _keys(self, visit: Visit) -> Answer:
        refused, _ = self._discover(visit)
        return refused or Answer(document=self._office.keys.published())

    def _discover(self, visit: Visit) -> tuple[Answer | None, str]:
        name = visit.tenant_name.lower()
        tenant = lookup.find_tenant(self._office.world, name)
        ask = DiscoveryAsk(
            endpoint=Endpoint.ENTRA,
            now=self._office.now,
            peer=self._office.peer(visit),
            tenant_name=shown(visit.tenant_name),
            tenant=tenant,
            is_common=name in lookup.COMMON,
        )
        verdict = self._office.judge(ask, "discovery")
        if not verdict.admits:
            return self._office.error(verdict, visit), ""
        return None, tenant.id if tenant else name

    def _instance(self, visit: Visit) -> Answer:
        asked = _ENDPOINT.match(visit.form.get("authorization_endpoint", ""))
        host = asked["host"].lower() if asked else ""
        own = {visit.host.rpartition(":")[0] or visit.host, visit.host}
        ask = InstanceAsk(
            endpoint=Endpoint.ENTRA,
            now=self._office.now,
            peer=self._office.peer(visit),
            instance=shown(host),
            is_known=host in own | documents.CLOUDS or documents.is_this_machine(host),
        )
        verdict = self._office.judge(ask, "instance discovery")
        if not verdict.admits:
            return self._office.error(verdict, visit)
        tenant = asked["tenant"] if asked and asked["tenant"] else "common"
        return Answer(document=documents.instance_discovery(visit.base, visit.host, tenant))

    @staticmethod
    def _error_page(visit: Visit) -> Answer:
        """Say what an error is, where ``error_uri`` points to."""
        code = visit.form.get("code", "")
        texts = [error.text for error in ERRORS if str(error.number) == code and error.number]
        if not texts:
            told = "No error of that number is given here. Write ?code=7000215, for example."
            return Answer(status=404, page=pages.message("Error", told))
        return Answer(page=pages.message(f"AADSTS{code}", " ".join(texts)))

    def _realm(self, visit: Visit) -> Answer:
        user = visit.form.get("user", "")
        home = lookup.find_tenant(self._office.world, user.rpartition("@")[2])
        return Answer(document=documents.user_realm(user, is_known=home is not None))

    # Routes ---------------------------------------------------------------------------------------------------------

    def _application(self) -> Starlette:
        device_codes, token, authorize = self._device_codes, self._token, self._authorize

        def consented(visit: Visit) -> Answer:
            return self._consent.answer(visit, accepted=visit.form.get("action") == "accept")

        routes = [
            _route("/error", self._error_page, "GET"),
            _route("/common/discovery/instance", self._instance, "GET"),
            _route("/common/userrealm/{user}", self._realm, "GET"),
            _route("/common/oauth2/deviceauth", device_codes.device_page, "GET"),
            _route("/common/oauth2/deviceauth", device_codes.approve_device, "POST"),
            _route("/{tenant}/v2.0/.well-known/openid-configuration", self._configuration, "GET"),
            _route("/{tenant}/.well-known/openid-configuration", self._configuration, "GET", is_v1=True),
            _route("/{tenant}/discovery/v2.0/keys", self._keys, "GET"),
            _route("/{tenant}/discovery/keys", self._keys, "GET"),
            _route("/{tenant}/oauth2/v2.0/token", token.answer, "POST", takes_query=False),
            _route("/{tenant}/oauth2/token", token.answer, "POST", is_v1=True, takes_query=False),
            *_both("devicecode", device_codes.device_code),
            *_both("authorize", authorize.authorize),
            _route("/{tenant}/login", authorize.log_in, "POST"),
            *_both("logout", authorize.log_out),
            _route("/{tenant}/v2.0/adminconsent", self._consent.answer, "GET"),
            _route("/{tenant}/adminconsent", self._consent.answer, "GET"),
            _route("/{tenant}/adminconsent/answer", consented, "POST"),
        ]
        return Starlette(routes=routes, exception_handlers={HTTPException: _not_here, ClientDisconnect: _gone})


def _both(name: str, answer: Callable[[Visit], Answer]) -> tuple[Route, Route]:
    """Give the routes of v2.0 and of v1, which the OpenID configuration of each names."""
    return (
        _route(f"/{{tenant}}/oauth2/v2.0/{name}", answer, "GET", "POST"),
        _route(f"/{{tenant}}/oauth2/{name}", answer, "GET", "POST", is_v1=True),
    )


def _route(
    path: str, answer: Callable[[Visit], Answer], *methods: str, is_v1: bool = False, takes_query: bool = True
) -> Route:
    async def endpoint(request: Request) -> Response:
        given = answer(await read_visit(request, is_v1=is_v1, takes_query=takes_query))
        if given.delay:
            await asyncio.sleep(given.delay)
        return _rendered(given)

    route = Route(path, endpoint, methods=list(methods))
    # Entra takes its paths in capitals as well; what stands for a tenant or a user keeps its letters.
    route.path_regex = re.compile(route.path_regex.pattern, re.IGNORECASE)
    return route


def _rendered(answer: Answer) -> Response:
    headers = _HEADERS | dict(answer.headers)
    if answer.document is not None:
        if "trace_id" in answer.document:
            headers["x-ms-request-id"] = str(answer.document["trace_id"])
        return JSONResponse(dict(answer.document), status_code=answer.status, headers=headers)
    if answer.page is not None:
        headers["Content-Security-Policy"] = pages.POSTING_POLICY if answer.posts else pages.POLICY
        return HTMLResponse(answer.page, status_code=answer.status, headers=headers)
    return Response(status_code=answer.status, headers=headers | {"Location": _ascii(answer.location or "/")})


def _ascii(location: str) -> str:
    """Percent-encode what a header cannot hold (RFC 3987 §3.1); what is encoded already stays as it is."""
    return quote(location, safe=_URI_CHARACTERS)


async def _not_here(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    said = error.detail
    if error.status_code in {404, 405}:
        said = f"{request.method} {request.url.path} is not here; see docs/oauth.md for the endpoints"
    return JSONResponse({"error": "invalid_request", "error_description": said}, error.status_code, error.headers)


async def _gone(_request: Request, _error: Exception) -> Response:
    return Response(status_code=400)  # for nobody: the client left in the middle of its body
