"""What both requests share: the resource, who asks, the rules, dice, the log, and how an error is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from relaylab.domain.acs_rest import NO_RESOURCE, KeyProof, RequestAsk, RestError
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.entra import shown
from relaylab.domain.event import Judged
from relaylab.domain.peer import Peer
from relaylab.domain.secret import Secret
from relaylab.domain.world import DEFAULT_PUBLIC_IP
from relaylab.rules.acs import quota, sending
from relaylab.servers.acs_rest.signature import Shown, SignedRequest, show
from relaylab.servers.acs_rest.visit import Answer, Visit
from relaylab.servers.clocks import SystemClock
from relaylab.store.acs_rest import AcsRestState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from relaylab.domain.acs import AcsResource
    from relaylab.domain.acs_settings import RestFault, RestOperation
    from relaylab.domain.address import Address
    from relaylab.domain.charge import Charge
    from relaylab.domain.clock import Clock
    from relaylab.domain.message import KeptMessage
    from relaylab.domain.randomness import Random
    from relaylab.domain.tenant import Tenant
    from relaylab.domain.token import TokenFacts
    from relaylab.engine.verdict import Verdict
    from relaylab.rules.acs.quota import Account
    from relaylab.servers.house import House


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """What is known of a request before its own matter: the resource, and what was shown."""

    tenant: Tenant | None
    resource: AcsResource | None
    shown: Shown
    token: TokenFacts | None
    common: Mapping[str, Any] = field(repr=False)


class RestOffice:
    """The back room of the service."""

    def __init__(self, house: House, ca_file: Path, machine_clock: Clock | None = None) -> None:
        """Begin with no state; ``machine_clock`` is the one that clients sign by."""
        self.house: Final = house
        self.ca_file: Final = ca_file
        self.state: Final = AcsRestState()
        self._machine_clock = machine_clock or SystemClock()

    @property
    def now(self) -> datetime:
        """The simulated instant."""
        return self.house.clock.now()

    @property
    def takes_sender_headers(self) -> bool:
        """Whether custom headers that name a sender are taken over, as the reading has it."""
        return self.reading("acs_sender_headers") == "taken"

    def reading(self, name: str) -> str:
        """Give a reading in force."""
        return self.house.holder.rulebook.readings[name]

    def dice(self, what: str) -> Random:
        """Give dice for one thing."""
        return self.house.randomness.stream("acs_rest", what, self.house.store.mail.run, self.state.draw())

    def guid(self, what: str) -> str:
        """Draw a GUID."""
        return str(UUID(bytes=self.dice(what).randbytes(16), version=4))

    # Resources and keys ---------------------------------------------------------------------------------------------

    def resources(self) -> Iterable[tuple[Tenant, AcsResource]]:
        """Give every resource of the world with its tenant."""
        world = self.house.holder.world
        return [(tenant, one) for tenant in world.tenants for one in tenant.acs_resources]

    def find(self, name: str) -> tuple[Tenant, AcsResource] | None:
        """Find a resource by its name."""
        return self.house.holder.world.register.acs_resource(name)

    def keys(self, resource: AcsResource) -> tuple[Secret, Secret]:
        """Give the primary and the secondary key in force."""
        rotated = self.state.keys(resource.name)
        return (Secret(rotated[0]), Secret(rotated[1])) if rotated else resource.keys

    # Requests -------------------------------------------------------------------------------------------------------

    def caller(self, visit: Visit, now: datetime, versions: tuple[str, ...]) -> Caller:
        """Look up who asks; ``versions`` are those in which there is such a request."""
        hosts = (visit.authority, f"{visit.authority}{visit.prefix}") if visit.prefix else (visit.authority,)
        request = SignedRequest(visit.method, visit.raw_target, visit.headers, visit.digest, hosts)
        found = self.find(visit.resource_name) if visit.resource_name else self._told_by_proof(request)
        tenant, resource = found or (None, None)
        what = show(request, self.keys(resource) if resource else None)
        token = self.house.tokens.read(what.token) if what.proof is KeyProof.TOKEN else None
        calendar = self.house.holder.rulebook.calendar
        common = {
            "endpoint": Endpoint.ACS_REST,
            "now": now,
            "peer": self._peer(visit.client),
            "resource_name": shown(visit.resource_name) or (resource.name if resource else NO_RESOURCE),
            "tenant": tenant,
            "resource": resource,
            "is_made": resource is not None and resource.created <= now,
            "is_too_late": resource is not None
            and tenant is not None
            and sending.could_not_be_made(resource, tenant, calendar),
            "api_version": visit.api_version,
            "versions": versions,
            "proof": what.proof,
            "skew": self._skew(what.date, now),
            "token": token,
            "has_role": token is not None and resource is not None and resource.admits(token),
            "request_id": visit.request_id,
        }
        return Caller(tenant=tenant, resource=resource, shown=what, token=token, common=common)

    def _told_by_proof(self, request: SignedRequest) -> tuple[Tenant, AcsResource] | None:
        """Find the resource of a request that names none: whose key has signed, or who lets the token send.

        Where neither tells, it is the first of the token's tenant, or the only one of the world.
        """
        pairs = tuple(self.resources())
        what = show(request, None)
        token = self.house.tokens.read(what.token) if what.proof is KeyProof.TOKEN else None
        for pair in pairs:
            if token is not None and pair[1].admits(token):
                return pair
            if token is None and show(request, self.keys(pair[1])).proof.is_by_key:
                return pair
        of_tenant = (pair for pair in pairs if token is not None and pair[0].id == token.tenant_id)
        return next(of_tenant, pairs[0] if len(pairs) == 1 else None)

    def account(self, caller: Caller, sender: Address | None, now: datetime) -> Account | None:
        """Give whose quota a request uses."""
        if caller.tenant is None or caller.resource is None:
            return None
        domain = sender.domain if sender is not None else None
        rulebook = self.house.holder.rulebook
        return quota.account(
            caller.tenant, caller.resource, domain, endpoint=Endpoint.ACS_REST, now=now, rulebook=rulebook
        )

    def fault(
        self, resource: AcsResource | None, operation: RestOperation, sender: Address | None
    ) -> tuple[str, RestFault | None]:
        """Give the fault that a request may meet, and the name under which it is counted when it did."""
        for number, fault in enumerate(resource.rest.faults if resource else ()):
            name = f"{resource.name.lower() if resource else ''}/{number}"
            if fault.meets(operation, sender) and (fault.times is None or self.state.times_met(name) < fault.times):
                return name, fault
        return "", None

    def label(self) -> str:
        """Name the next request."""
        run, number = self.house.store.mail.run, self.state.next_visit()
        return f"a-{number:06d}" if run == 1 else f"a{run}-{number:06d}"

    def log(
        self,
        verdict: Verdict,
        label: str,
        what: str,
        *,
        charges: tuple[Charge, ...] = (),
        kept: tuple[KeptMessage, ...] = (),
    ) -> None:
        """Log a verdict, with what it costs and keeps."""
        event = Judged(
            at=verdict.at,
            session=label,
            endpoint=Endpoint.ACS_REST,
            command=what,
            decision=verdict.decision(),
            verdict_behind=verdict,
        )
        self.house.store.apply(charges=charges, kept=kept, events=(event,))

    def refused(self, visit: Visit, allowed: str) -> Answer | None:
        """Answer a request that the interface does not have; ``allowed`` is the method of its path, "" for no path."""
        ask = RequestAsk(
            endpoint=Endpoint.ACS_REST,
            now=self.now,
            peer=self._peer(visit.client),
            method=shown(visit.method),
            path=shown(visit.path),
            allowed=allowed,
            size=visit.size,
        )
        verdict = self.house.holder.rulebook.judge(ask)
        if verdict.admits:
            return None
        self.log(verdict, self.label(), f"{ask.method} {ask.path}")
        answer = self.error(verdict, 0)
        return replace(answer, headers={**answer.headers, "Allow": allowed}) if answer.status == 405 else answer

    def error(self, verdict: Verdict, retry_after: int) -> Answer:
        """Write a refusal (fact ACS-REST-25); Retry-After stands on 429 alone (fact ACS-SDK-06)."""
        reply = verdict.reply
        if reply is None or not isinstance(reply.template, RestError):
            msg = "a rule of the REST interface refuses with one of its errors"
            raise AssertionError(msg)
        headers = {"x-ms-error-code": reply.template.error}
        if int(reply.code) == 429:
            headers["Retry-After"] = str(retry_after)
        return Answer(
            status=int(reply.code), document=error_document(reply.template.error, reply.text), headers=headers
        )

    def _skew(self, date: datetime | None, now: datetime) -> timedelta | None:
        """Give how far a date is from the clock that counts: under the default reading, from the nearer of the two."""
        if date is None:
            return None
        clocks = [now] if self.reading("acs_date_clock") == "simulated" else [now, self._machine_clock.now()]
        return min(abs(date - clock) for clock in clocks)

    def _peer(self, client: str) -> Peer:
        try:
            site = self.house.holder.world.site_of_client(client)
            address = ip_address(client.partition("%")[0])
        except ValueError:
            return Peer(DEFAULT_PUBLIC_IP)
        if site is not None:
            return Peer(site.public_ip, site.name)
        return Peer(address if address.is_global else DEFAULT_PUBLIC_IP)


def error_document(code: str, message: str) -> dict[str, Any]:
    """Give the body of an error."""
    return {"error": {"code": code, "message": message}}
