"""What all endpoints of Entra share: the moment, the rules, dice, the log, and how an error is written."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final, Protocol
from uuid import UUID

from relaylab.domain.charge import Charge, Meter
from relaylab.domain.clock import as_utc
from relaylab.domain.directory import SignInAudience
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.event import Judged, TlsFailed
from relaylab.domain.peer import Peer, plain
from relaylab.domain.registrations import find_app
from relaylab.domain.reply import OAuthError
from relaylab.domain.world import DEFAULT_PUBLIC_IP
from relaylab.servers.entra import pages
from relaylab.store.entra import EntraState

if TYPE_CHECKING:
    from relaylab.domain.asks import Ask
    from relaylab.domain.clock import Clock
    from relaylab.domain.directory import AppRegistration
    from relaylab.domain.randomness import Random, Randomness
    from relaylab.domain.tenant import Tenant
    from relaylab.domain.world import World
    from relaylab.engine.verdict import Verdict
    from relaylab.servers.entra.keys import SigningKeys
    from relaylab.store import Store, WorldHolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request: where it was sent, what it says, and who sends it.

    ``base`` is the scheme, host and port that the client used, ``form`` the parameters of body and query, ``basic`` the
    user name and password of HTTP Basic, ``correlation`` the client's own id of the request, ``names_resource`` true
    for a request of v2.0 with the ``resource`` of v1.0, ``session`` the cookie of a browser that signed in.
    """

    base: str
    host: str
    tenant_name: str
    form: Mapping[str, str] = field(repr=False)
    basic: tuple[str, str] | None = field(default=None, repr=False)
    correlation: str = ""
    client: str = ""
    is_v1: bool = False
    names_resource: bool = False
    session: str = field(default="", repr=False)

    def missing(self, *names: str, form: Mapping[str, str] | None = None) -> str | None:
        """Give the first parameter that is not there; the old endpoint asks for a resource where others have scopes."""
        given = self.form if form is None else form
        name = next((name for name in names if not given.get(name)), None)
        return "resource" if name == "scope" and self.is_v1 else name


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back: JSON, a page or a redirect; ``delay`` is real seconds to wait before."""

    status: int = 200
    document: Mapping[str, Any] | None = None
    page: str | None = None
    location: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    posts: bool = False


class Premises(Protocol):
    """What the service needs of whoever houses it: the listeners' ``House``, or somebody who judges in memory."""

    @property
    def clock(self) -> Clock:
        """The one clock."""
        ...

    @property
    def holder(self) -> WorldHolder:
        """The world in force, and its rules."""
        ...

    @property
    def store(self) -> Store:
        """Events and counters."""
        ...

    @property
    def randomness(self) -> Randomness:
        """The dice."""
        ...


class Office:
    """The back room of the service."""

    def __init__(self, house: Premises, keys: SigningKeys) -> None:
        """Begin with no state."""
        self.house: Final = house
        self.keys: Final = keys
        self.state: Final = EntraState()
        self._visits = 0

    @property
    def world(self) -> World:
        """The world in force."""
        return self.house.holder.world

    @property
    def now(self) -> datetime:
        """The simulated instant."""
        return self.house.clock.now()

    def reading(self, name: str) -> str:
        """Give a reading in force."""
        return self.house.holder.rulebook.readings[name]

    def clear(self) -> None:
        """Forget codes, tokens, consents and faults, and number requests from one again."""
        self.state.clear()
        self._visits = 0

    def dice(self, what: str) -> Random:
        """Give dice for one thing."""
        return self.house.randomness.stream("entra", what, self.house.store.mail.run, self.state.draw())

    def find_app(self, tenant: Tenant | None, client_id: str) -> AppRegistration | None:
        """Find an application in a tenant (None: in any): its own, or one for several that is installed in it.

        Installed is what Exchange knows, and what an administrator of the tenant has consented to here.
        """
        found = find_app(self.world, tenant, client_id)
        if found is not None or tenant is None or not self.state.is_installed(client_id.lower(), tenant.id):
            return found
        return self.app_for_several(client_id)

    def app_for_several(self, client_id: str) -> AppRegistration | None:
        """Find an application that every tenant may install."""
        found = find_app(self.world, None, client_id)
        return found if found is not None and found.sign_in_audience is not SignInAudience.MY_ORG else None

    def secret(self, what: str, octets: int = 96) -> str:
        """Draw a code or a refresh token."""
        return urlsafe_b64encode(self.dice(what).randbytes(octets)).rstrip(b"=").decode()

    def peer(self, visit: Visit) -> Peer:
        """Give the client as the service sees it."""
        try:
            site = self.world.site_of_client(visit.client)
            address = ip_address(visit.client.partition("%")[0])
        except ValueError:
            return Peer(DEFAULT_PUBLIC_IP)
        if site is not None:
            return Peer(site.address_over(plain(address).version), site.name)
        return Peer(address if address.is_global else DEFAULT_PUBLIC_IP)

    def _next_session(self) -> str:
        self._visits += 1
        run = self.house.store.mail.run
        return f"h-{self._visits:06d}" if run == 1 else f"h{run}-{self._visits:06d}"

    def failures(self, user: str, now: datetime) -> int:
        """Count the wrong passwords for a name in the lock-out window, those at SMTP included."""
        return self.house.store.counters.total(Meter.FAILED_SIGN_INS, user, now)

    def judge(self, ask: Ask, what: str, *, failed: str = "") -> Verdict:
        """Ask the rules and log the verdict; ``failed`` is the user whose password was wrong."""
        verdict = self.house.holder.rulebook.judge(ask)
        event = Judged(
            at=ask.now,
            session=self._next_session(),
            endpoint=Endpoint.ENTRA,
            command=what,
            decision=verdict.decision(),
        )
        charges = (Charge(Meter.FAILED_SIGN_INS, failed, 1, ask.now),) if failed else ()
        self.house.store.apply(charges=charges, events=(event,))
        return verdict

    def note_failed_handshake(self, reason: str) -> None:
        """Log that a client ended TLS, as one does that does not trust the root."""
        failed = TlsFailed(at=self.now, session=self._next_session(), endpoint=Endpoint.ENTRA, reason=reason)
        self.house.store.apply(events=(failed,))

    def error(self, verdict: Verdict, visit: Visit, *, retry_after: int | None = None) -> Answer:
        """Write a refusal as Entra does (facts OA-ES-01 to OA-ES-03)."""
        reply = verdict.reply
        if reply is None or not isinstance(reply.template, OAuthError):
            msg = "a rule of Entra refuses with one of its errors"
            raise AssertionError(msg)
        if not reply.template.number:
            page = pages.message(f"{int(reply.code)} {reply.text}", "What stands before the service answers for it.")
            return Answer(status=int(reply.code), page=page)
        document = self.described(reply.template, reply.text, visit, verdict.at)
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return Answer(status=int(reply.code), document=document, headers=headers)

    def described(self, template: OAuthError, text: str, visit: Visit, now: datetime) -> dict[str, Any]:
        """Give the document of an error."""
        trace = self.guid("trace")
        correlation = visit.correlation or self.guid("correlation")
        stamp = as_utc(now).strftime("%Y-%m-%d %H:%M:%SZ")
        lines = (text, f"Trace ID: {trace}", f"Correlation ID: {correlation}", f"Timestamp: {stamp}")
        told: dict[str, Any] = {
            "error": self.reading(template.word_reading) if template.word_reading else template.error,
            "error_description": ("\r\n" if self.reading("aadsts_separator") == "crlf" else " ").join(lines),
            "error_codes": [template.number],
            "timestamp": stamp,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": f"{visit.base}/error?code={template.number}",
        }
        told |= {"suberror": template.suberror} if template.suberror else {}
        return told | ({"claims": self._policy_claims()} if template.asks_for_claims else {})

    def _policy_claims(self) -> str:
        """Name the policy that stands in the way, as a client sends it back with its next request."""
        return json.dumps({"access_token": {"capolids": {"essential": True, "values": [self.guid("policy")]}}})

    def guid(self, what: str) -> str:
        """Draw a GUID."""
        return str(UUID(bytes=self.dice(what).randbytes(16), version=4))


def error_page(document: Mapping[str, Any]) -> str:
    """Give the text of an error for a person."""
    return str(document["error_description"])


BAD_REQUEST: Final = int(HTTPStatus.BAD_REQUEST)
