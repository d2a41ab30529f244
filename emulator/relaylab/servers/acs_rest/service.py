"""<resource>.communication.azure.com as an ASGI application: it reads a request, has an endpoint answer, and renders.

Laws: whatever comes in, no answer is a 5xx but for a fault of the world, and none shows a stack trace; path and query
are verified as they came (fact ACS-SDK-09).
"""

from __future__ import annotations

import asyncio
import re
from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from relaylab.domain.endpoint import Endpoint
from relaylab.domain.event import TlsFailed
from relaylab.domain.secret import Secret
from relaylab.rules.acs_rest.conditions import versions_at
from relaylab.servers.acs_rest import reports
from relaylab.servers.acs_rest.despatching import plan_reports
from relaylab.servers.acs_rest.office import RestOffice
from relaylab.servers.acs_rest.send_endpoint import SendEndpoint
from relaylab.servers.acs_rest.status_endpoint import StatusEndpoint
from relaylab.servers.acs_rest.telling import Teller
from relaylab.servers.acs_rest.visit import read_visit

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.types import Receive, Scope, Send

    from relaylab.domain.acs import AcsResource
    from relaylab.domain.clock import Clock
    from relaylab.servers.acs_rest.visit import Answer
    from relaylab.servers.house import House
    from relaylab.session.acs_delivery import Despatch
    from relaylab.store.acs_rest import AcsRestState

_WORDS: Final = ("primary", "secondary")
_SEND: Final = re.compile(r"/+emails:send", re.IGNORECASE)
_STATUS: Final = re.compile(r"/+emails/operations/([^/]+)", re.IGNORECASE)
_FIRST_STATUS: Final = re.compile(r"/+emails/([^/]+)/status", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RestPlace:
    """Where a resource answers over REST, and its keys.

    ``url`` is its endpoint by path, ``host_name`` by name; at ``root`` it is told by the key that has signed.
    """

    name: str
    tenant: str
    url: str
    root: str
    host_name: str
    primary_key: Secret
    secondary_key: Secret

    @property
    def connection_string(self) -> str:
        """What the clients of Microsoft are made with (ACS-AUTH-05); that for JavaScript refuses a path."""
        return self.connection_string_at(f"{self.root}/")

    def connection_string_at(self, endpoint: str) -> str:
        """The same for the resource under another URL of its own."""
        return f"endpoint={endpoint};accesskey={self.primary_key.reveal()}"

    @property
    def as_json(self) -> dict[str, str]:
        """The same as JSON, keys included."""
        return {
            "name": self.name,
            "tenant": self.tenant,
            "url": self.url,
            "host_name": self.host_name,
            "connection_string": self.connection_string,
            "primary_key": self.primary_key.reveal(),
            "secondary_key": self.secondary_key.reveal(),
        }


class RestService:
    """The REST interface of every resource of one emulator."""

    def __init__(self, house: House, ca_file: Path, *, machine_clock: Clock | None = None) -> None:
        """Prepare; nobody is told of anything before ``start``."""
        self._office = RestOffice(house, ca_file, machine_clock)
        self._teller = Teller(self._office)
        house.on_despatch = self._despatched
        self._send, self._status = SendEndpoint(self._office), StatusEndpoint(self._office)

    @property
    def state(self) -> AcsRestState:
        """Operations, keys and reports that are to come: what a snapshot keeps."""
        return self._office.state

    async def start(self) -> None:
        """Tell subscribers from now on."""
        await self._teller.start()

    async def stop(self) -> None:
        """Tell nobody any more."""
        await self._teller.stop()

    def settle(self) -> None:
        """Log what has come about by now; from any thread, whenever the clock was moved."""
        self._teller.settle()

    def begin_again(self) -> None:
        """Forget operations, rotated keys, and what was to come."""
        self._office.state.clear()

    def handshake_failed(self, reason: str) -> None:
        """Log that a client ended TLS before it said anything."""
        with self._office.house.lock:
            failed = TlsFailed(
                at=self._office.now, session=self._office.label(), endpoint=Endpoint.ACS_REST, reason=reason
            )
            self._office.house.store.apply(events=(failed,))

    def _despatched(self, despatch: Despatch) -> None:
        plan_reports(self._office, despatch)
        self.settle()

    # Keys and people -------------------------------------------------------------------------------------------------

    def places(self, https_url: str) -> tuple[RestPlace, ...]:
        """Give every resource of the world, where HTTPS answers at a URL; none where it does not ("")."""
        if not https_url:
            return ()
        return tuple(
            RestPlace(
                one.name, tenant.name, f"{https_url}/acs/{one.name}", https_url, one.host_name, *self._office.keys(one)
            )
            for tenant, one in self._office.resources()
        )

    def keys(self, name: str) -> tuple[Secret, Secret]:
        """Give the primary and the secondary key of a resource; raise KeyError where there is none of that name."""
        return self._office.keys(self._resource(name))

    def rotate_key(self, name: str, which: str) -> tuple[Secret, Secret]:
        """Make a new primary or secondary key and give both, as ``az communication regenerate-key`` does.

        Raise KeyError where there is no such resource, ValueError for another word.
        """
        if which not in _WORDS:
            raise ValueError(f'"{which}" is not one of {", ".join(_WORDS)}')
        resource = self._resource(name)
        with self._office.house.lock:
            primary, secondary = self._office.keys(resource)
            fresh = Secret(_as_key(self._office.dice("key").randbytes(64)))
            pair = (fresh, secondary) if which == "primary" else (primary, fresh)
            self._office.state.set_keys(resource.name, pair[0].reveal(), pair[1].reveal())
        return pair

    def engage(self, operation_id: str, kind: str, *, url: str = "", user_agent: str = "") -> None:
        """Have a recipient view a message or click a link in it, now.

        Raise KeyError for an operation that there is not, ValueError where nothing is tracked: of a message that was
        not delivered yet, without HTML, or of a domain or a request that has tracking off.
        """
        if kind not in {"view", "click"}:
            raise ValueError(f'"{kind}" is not one of view, click')
        with self._office.house.lock:
            now = self._office.now
            record = next((one for one in self.state.operations() if one.id.lower() == operation_id.lower()), None)
            if record is None:
                raise KeyError(operation_id)
            found = self._office.find(record.resource)
            if found is None or not record.is_tracked or not record.has_ended(now) or record.error:
                raise ValueError(
                    f"nothing of operation {record.id} is tracked: it takes HTML, a domain with "
                    'user_engagement_tracking = "Enabled", a request that leaves it on, and a message that was sent'
                )
            report = reports.engagement(
                record,
                found[0],
                at=now,
                kind=kind,
                url=url,
                user_agent=user_agent,
                session=f"{record.message.rpartition('-')[0]}",
                name=self._office.guid("report"),
            )
            self.state.plan(report)
        self.settle()

    def _resource(self, name: str) -> AcsResource:
        found = self._office.find(name)
        if found is None:
            raise KeyError(name)
        return found[1]

    # Requests ---------------------------------------------------------------------------------------------------------

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        request = Request(scope, receive)
        try:
            answer = await self._answer(request)
        except ClientDisconnect:
            return  # nobody is there to be answered
        if answer.delay:
            await asyncio.sleep(answer.delay)
        await self._rendered(answer, request)(scope, receive, send)

    async def _answer(self, request: Request) -> Answer:
        visit = await read_visit(request)
        self.settle()
        path = unquote(visit.path)
        first = _FIRST_STATUS.fullmatch(path)
        operation = _STATUS.fullmatch(path) or first
        allowed = "POST" if _SEND.fullmatch(path) else "GET" if operation is not None else ""
        with self._office.house.lock:
            stray = self._office.refused(visit, allowed)
            if stray is not None:
                return stray
            if operation is None:
                return self._send.answer(visit)
            return self._status.answer(visit, operation[1], is_first=operation is first)

    def _rendered(self, answer: Answer, request: Request) -> Response:
        own = {
            "X-Cache": "CONFIG_NOCACHE",
            "api-supported-versions": ", ".join(versions_at(self._office.now)),
            "mise-correlation-id": self._office.guid("correlation"),
            "X-Azure-Ref": self._office.dice("ref").randbytes(30).hex(),
        }
        asked = request.headers.get("x-ms-return-client-request-id", "").lower() == "true"
        wanted = request.headers.get("x-ms-client-request-id", "")
        if asked and wanted and wanted.isascii() and wanted.isprintable():
            own["x-ms-client-request-id"] = wanted[:256]
        headers = own | dict(answer.headers)
        if answer.document is None:
            return Response(status_code=answer.status, headers=headers)
        return _Json(dict(answer.document), status_code=answer.status, headers=headers)


class _Json(JSONResponse):
    media_type = "application/json; charset=utf-8"


def _as_key(octets: bytes) -> str:
    """Write an access key as the portal shows it."""
    return b64encode(octets).decode()
