"""What is asked of Azure Communication Services Email over REST: one Ask per kind of request, its secrets gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from relaylab.domain.acs_settings import RestFaultKind
from relaylab.domain.asks import Ask
from relaylab.domain.clock import iso
from relaylab.domain.noun import noun
from relaylab.domain.reply import ReplyTemplate
from relaylab.domain.token import ACS_AUDIENCE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaylab.domain.acs import AcsResource, Sending, SendingQuota
    from relaylab.domain.acs_settings import RestFault
    from relaylab.domain.address import Address
    from relaylab.domain.rest_message import BodyFlaw
    from relaylab.domain.tenant import Tenant
    from relaylab.domain.token import TokenFacts

# Both spellings count: clients ask for the scope with one slash and with two (fact ACS-AUTH-06).
AUDIENCES: Final = frozenset({ACS_AUDIENCE, f"{ACS_AUDIENCE}/"})


NO_RESOURCE: Final = "RESOURCE"  # what stands for the name where neither host nor path give one


@dataclass(frozen=True, slots=True)
class RestError(ReplyTemplate):
    """An error of the REST interface; ``error`` is its code, in the body and in ``x-ms-error-code`` (ACS-REST-25)."""

    error: str = ""


class KeyProof(StrEnum):
    """What the Authorization header of a request is worth."""

    PRIMARY = "a signature with the primary key"
    SECONDARY = "a signature with the secondary key"
    TOKEN = "an Entra token"  # noqa: S105 - a word
    NOTHING = "no Authorization header"
    UNREADABLE = "an Authorization header that is neither HMAC-SHA256 with its two fields nor Bearer"
    UNSIGNED = "a signature that leaves out x-ms-date, host or x-ms-content-sha256"
    NO_DATE = "a signature with an x-ms-date that is no date in GMT (RFC 1123)"
    OTHER_CONTENT = "an x-ms-content-sha256 that is not the body's"
    WRONG_KEY = "a signature that neither key of the resource bears out"

    @property
    def is_by_key(self) -> bool:
        """True for a signature that one of the keys bears out."""
        return self in {KeyProof.PRIMARY, KeyProof.SECONDARY}


@noun(kw_only=True)
class RequestAsk(Ask):
    """Any request, before it is read: ``allowed`` is the method that its path takes, "" where there is no such path.

    ``size`` is in octets, of what was read of it.
    """

    method: str
    path: str
    allowed: str = ""
    size: int = 0

    def words(self) -> Mapping[str, str]:
        """Give method and path."""
        return {"ip": str(self.peer.ip), "method": self.method, "path": self.path, "allowed": self.allowed}

    def evidence(self) -> tuple[str, ...]:
        """Say what was asked for."""
        return (f"{self.method} {self.path}, {self.size} octets",)


@noun(kw_only=True)
class RestAsk(Ask):
    """What every request knows.

    ``resource_name`` is the name in host or path; ``is_too_late`` tells a resource that a new customer made after the
    service had closed to these, ``is_made`` one that exists by now. ``skew`` is how far the signature's date lies from
    the clock, None where there is none. ``has_role`` tells whether the application behind a token may send through the
    resource. ``request_id`` is the client's own id of the request, ``attempt`` counts how often it came with it.
    ``fault`` is the bad day that this request meets.
    """

    resource_name: str
    tenant: Tenant | None = None
    resource: AcsResource | None = None
    is_made: bool = True
    is_too_late: bool = False
    api_version: str = ""
    versions: tuple[str, ...] = ()
    proof: KeyProof = KeyProof.NOTHING
    skew: timedelta | None = None
    token: TokenFacts | None = None
    has_role: bool = False
    request_id: str = ""
    attempt: int = 1
    fault: RestFault | None = None
    quota: SendingQuota | None = None

    @property
    def names_a_resource(self) -> bool:
        """True when host or path name a resource; where neither does it is told by the proof."""
        return self.resource_name != NO_RESOURCE

    @property
    def proves_something(self) -> bool:
        """True for a signature that a key bears out, and for a token, whatever this is worth."""
        return self.proof.is_by_key or self.proof is KeyProof.TOKEN

    @property
    def retry_after(self) -> int:
        """Whole seconds after which a throttled request may come again."""
        if self.fault is not None and self.fault.kind is RestFaultKind.THROTTLED:
            return self.fault.retry_after
        return self.quota.retry_after(self.now) if self.quota is not None else 1

    @property
    def _is_throttled(self) -> bool:
        by_fault = self.fault is not None and self.fault.kind is RestFaultKind.THROTTLED
        return by_fault or (self.quota is not None and self.quota.is_used_up)

    def words(self) -> Mapping[str, str]:
        """Add resource, version and whose token it is."""
        return {
            "ip": str(self.peer.ip),
            "resource": self.resource.name if self.resource else self.resource_name,
            "tenant": self.tenant.name if self.tenant else "(no tenant)",
            "api_version": self.api_version,
            "versions": ", ".join(self.versions) or "none",
            "newest": self.versions[-1] if self.versions else "VERSION",
            "app_id": self.token.app_id if self.token else "(no application)",
            "retry_after": str(self.retry_after),
            "made": iso(self.resource.created) if self.resource else "(never)",
            **(self.quota.words() if self.quota else {}),
        }

    def evidence(self) -> tuple[str, ...]:
        """Say what was shown, when, and which attempt it is."""
        said = [f"the request shows {self.proof}"]
        if self.skew is not None:
            said.append(f"its x-ms-date is {int(self.skew.total_seconds())} s from the clock")
        if self.token is not None:
            said += [
                *self.token.evidence(),
                f"its role on {self.resource_name}: {'enough' if self.has_role else 'none'}",
            ]
        if self._is_throttled:
            said.append(
                f"the answer tells the client to wait {self.retry_after} s; the libraries of Microsoft do so without a "
                "word, up to three times, and to whoever called them that looks like a hang"
            )
        if self.attempt > 1:
            said.append(
                f"attempt {self.attempt} of the client's request {self.request_id}: it was told to wait, and its "
                "library asks again by itself"
            )
        return tuple(said)


@noun(kw_only=True)
class SendAsk(RestAsk):
    """``POST /emails:send`` (fact ACS-REST-01).

    ``flaw`` is the first thing that is wrong with the body, None where nothing is or the body was too long to read.
    ``sending`` is the message as every way of sending judges it, None where there is a flaw. ``size`` is the request's,
    in octets. ``operation_id`` is the one that the caller chose; ``is_repeated`` when it stands for a message already.
    ``lacks_repeatability`` tells a request of the first preview without the headers that this needs.
    ``ignored_headers`` are custom headers that the service writes itself, ``overlooked`` the properties of the body
    that its API version does not have.
    """

    size: int = 0
    flaw: BodyFlaw | None = None
    sending: Sending | None = None
    operation_id: str = ""
    operation_id_is_malformed: bool = False
    is_repeated: bool = False
    lacks_repeatability: bool = False
    ignored_headers: tuple[str, ...] = ()
    overlooked: tuple[str, ...] = ()

    @property
    def sender(self) -> Address | None:
        """The senderAddress."""
        return self.sending.senders[0] if self.sending and self.sending.senders else None

    def words(self) -> Mapping[str, str]:
        """Add the sender, the flaw and the counts."""
        sender = self.sender
        return {
            **RestAsk.words(self),
            **(self.sending.words() if self.sending else {}),
            "sender": str(sender or "(nobody)"),
            "user": sender.local if sender else "(nobody)",
            "sender_domain": str(sender.domain) if sender else "(none)",
            "at": self.flaw.at if self.flaw else "",
            "wrong": str(self.flaw) if self.flaw else "",
            "operation": self.operation_id,
            "recipients": str(self.sending.recipients) if self.sending else "0",
            "size": str(self.size),
        }

    def evidence(self) -> tuple[str, ...]:
        """Say what is wrong with the body, or how much is sent and has been."""
        said = list(RestAsk.evidence(self))
        if self.flaw is not None:
            said.append(f"in the body, {self.flaw}")
        if self.sending is not None:
            said.append(f"{self.sending.recipients} recipient(s) from {self.sender}, {self.size} octets of request")
        if self.ignored_headers:
            said.append(
                f"custom headers not taken, since the service writes its own: {', '.join(self.ignored_headers)}"
            )
        if self.overlooked:
            names = ", ".join(self.overlooked)
            said.append(f"the body has properties that this api-version does not have, and nobody reads: {names}")
        return (*said, *_used(self.quota, "sends"))


@noun(kw_only=True)
class StatusAsk(RestAsk):
    """``GET /emails/operations/{id}`` (fact ACS-REST-02); ``is_known`` when the resource has that operation."""

    operation_id: str
    is_known: bool = False

    def words(self) -> Mapping[str, str]:
        """Add the operation."""
        return {**RestAsk.words(self), "operation": self.operation_id}

    def evidence(self) -> tuple[str, ...]:
        """Say how often the status was asked for."""
        return (*RestAsk.evidence(self), *_used(self.quota, "requests for a status"))


@noun(kw_only=True)
class OutcomeAsk(Ask):
    """A message was accepted, and its operation is about to end.

    ``suppressed`` of ``recipients`` are on a suppression list. ``fault`` is the bad day that the message met.
    """

    resource: AcsResource
    operation_id: str
    sender: Address
    recipients: int
    suppressed: int = 0
    fault: RestFault | None = None

    def words(self) -> Mapping[str, str]:
        """Add operation, sender and counts."""
        return {
            "ip": str(self.peer.ip),
            "resource": self.resource.name,
            "operation": self.operation_id,
            "sender": str(self.sender),
            "suppressed": str(self.suppressed),
            "recipients": str(self.recipients),
        }

    def evidence(self) -> tuple[str, ...]:
        """Say how many recipients were left."""
        return (f"{self.suppressed} of {self.recipients} recipient(s) are suppressed",)


def _used(quota: SendingQuota | None, what: str) -> tuple[str, ...]:
    if quota is None:
        return ()
    return tuple(
        f"{window.used} of {window.allowed} {what} used in the {span} up to now"
        for span, window in (("minute", quota.minute), ("hour", quota.hour))
    )
