"""A client of the REST interface written by hand: it signs as the documentation says, and shows everything it gets."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from relaylab.app.config import LoadedWorld, parse_world
from relaylab.app.emulator import Emulator
from relaylab.domain.event import Judged

WORLD_FILE: Final = Path(__file__).with_name("acs_rest_world.toml")
MAIL, UNLUCKY, LATE = "contoso-mail", "contoso-unlucky", "latecomer-mail"
APP, STRANGER = "a0000000-0000-4000-8000-000000000001", "a0000000-0000-4000-8000-000000000002"
VERSION: Final = "2025-09-01"
MANAGED: Final = "DoNotReply@5e1f3a2b-0000-4000-8000-000000000001.azurecomm.net"


def acs_world(more: str = "", to_the_tenant: str = "") -> LoadedWorld:
    """The world of these tests, with more tables for the resource contoso-mail, and for the tenant."""
    text = WORLD_FILE.read_text(encoding="utf-8")
    mark = "\n  [[tenant.acs_resource]]                     # the same"
    first, found, second = text.partition(mark)
    assert found
    tenant, resource, rest = first.partition("\n  [[tenant.acs_resource]]")
    first = f"{tenant}{to_the_tenant}{resource}{rest}"
    return parse_world(f"{first}{more}{found}{second}", WORLD_FILE.name)


def a_message(sender: str = "orders@contoso.com", *to: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """A message in order, to one recipient outside."""
    return {
        "senderAddress": sender,
        "content": {"subject": "Your order", "plainText": "Thank you."},
        "recipients": {"to": [{"address": one} for one in to or ("anna@northwind.example",)]},
        **more,
    }


def everything(*, inline: bool) -> dict[str, Any]:
    """A message with every property that a version has."""
    attachment = {"name": "logo.png", "contentType": "image/png", "contentInBase64": "QUJD"}
    party = {"address": "anna@northwind.example", "displayName": "Anna"}
    return a_message(
        content={"subject": "Report", "plainText": "see the image", "html": '<img src="cid:logo">'},
        recipients={"to": [party], "cc": [{"address": "ben@northwind.example"}], "bcc": [party]},
        attachments=[attachment | ({"contentId": "logo"} if inline else {})],
        replyTo=[party],
        headers={"X-Order": "7"},
        userEngagementTrackingDisabled=True,
    )


@dataclass(frozen=True, slots=True)
class AcsLab:
    """An emulator, and how it is asked."""

    emulator: Emulator

    @property
    def url(self) -> str:
        """By name, since a certificate's name is what clients check."""
        return self.emulator.https_url.replace("127.0.0.1", "localhost")

    @property
    def ca(self) -> str:
        return str(self.emulator.ca_file)

    @property
    def now(self) -> datetime:
        return self.emulator.clock.now()

    def endpoint(self, resource: str = MAIL) -> str:
        """The endpoint of a resource by path."""
        return f"{self.url}/acs/{resource}"

    def key(self, resource: str = MAIL, which: int = 0) -> str:
        """A key in force."""
        return self.emulator.acs_rest.keys(resource)[which].reveal()

    def connection_string(self, resource: str = MAIL) -> str:
        return f"endpoint={self.endpoint(resource)}/;accesskey={self.key(resource)}"

    def http(self) -> httpx.Client:
        return httpx.Client(verify=ssl.create_default_context(cafile=self.ca), trust_env=False)

    def request(  # noqa: PLR0913 - what a request is made of
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        resource: str = MAIL,
        key: str | None = None,
        date: datetime | None = None,
        headers: dict[str, str] | None = None,
        host: str | None = None,
    ) -> httpx.Response:
        """Send a request signed with a key, by path, or by the name of a host."""
        base = self.url if host else self.endpoint(resource)
        url = urlsplit(f"{base}{path}")
        authority = host or url.netloc
        target = f"{url.path}?{url.query}" if url.query else url.path
        signed = sign(method, target, authority, body, key or self.key(resource), date or self.now)
        sent = {"Content-Type": "application/json", "Host": authority} | signed | (headers or {})
        with self.http() as http:
            return http.request(method, f"{base}{path}", content=body, headers=sent)

    def send(self, message: dict[str, Any] | None = None, *, version: str = VERSION, **how: Any) -> httpx.Response:  # noqa: ANN401 - as request
        """Send a message."""
        body = json.dumps(message or a_message()).encode()
        return self.request("POST", f"/emails:send?api-version={version}", body, **how)

    def status(self, operation: str, **how: Any) -> httpx.Response:  # noqa: ANN401 - as request
        """Ask how an operation stands."""
        return self.request("GET", f"/emails/operations/{operation}?api-version={VERSION}", **how)

    def advance(self, **span: float) -> None:
        self.emulator.advance(timedelta(**span))

    def rules(self) -> list[str | None]:
        """The rules that stood in somebody's way, in order."""
        events = [entry.event for entry in self.emulator.store.events]
        return [one.decision.rule for one in events if isinstance(one, Judged) and one.decision.rule]

    def events(self, kind: type) -> list[Any]:
        """The events of a kind, in order."""
        return [entry.event for entry in self.emulator.store.events if isinstance(entry.event, kind)]


def sign(method: str, target: str, host: str, body: bytes, key: str, date: datetime) -> dict[str, str]:  # noqa: PLR0913, PLR0917 - what is signed
    """Sign a request as the documentation says."""
    stamp = format_datetime(date, usegmt=True)
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    text = f"{method}\n{target}\n{stamp};{host};{digest}".encode()
    mac = base64.b64encode(hmac.digest(base64.b64decode(key), text, "sha256")).decode()
    return {
        "x-ms-date": stamp,
        "x-ms-content-sha256": digest,
        "Authorization": f"HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature={mac}",
    }
