"""What can be changed about a request to the REST interface: each a fact of its ask, otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from relaylab.domain.acs import AcsResource, Allowance, EmailDomain, SendingQuota
from relaylab.domain.acs_rest import KeyProof, OutcomeAsk, RequestAsk, RestAsk, SendAsk, StatusAsk
from relaylab.engine.passage import AnyChange, Change

if TYPE_CHECKING:
    from relaylab.domain.acs import Sending

R = TypeVar("R", bound=RestAsk)


def _signed(ask: R) -> R:
    return replace(ask, proof=KeyProof.PRIMARY, skew=timedelta(0), token=None)


def _idle(quota: SendingQuota | None) -> SendingQuota | None:
    if quota is None:
        return None
    return SendingQuota(*(Allowance(0, max(1, window.allowed)) for window in (quota.minute, quota.hour)))


def _with_room(ask: R) -> R:
    return replace(ask, quota=_idle(ask.quota))


def _sending(ask: SendAsk, sending: Sending) -> SendAsk:
    return replace(ask, sending=sending)


def _linked(ask: SendAsk) -> SendAsk:
    if ask.sending is None or not ask.sending.unlinked:
        return ask
    resource, senders = ask.sending.resource, ask.sending.unlinked
    domains = (*resource.linked_domains, *(one.domain for one in senders))
    linked = replace(resource, linked_domains=domains, sender_usernames=(*resource.sender_usernames, *senders))
    return _sending(ask, replace(ask.sending, resource=linked))


def _verified(ask: SendAsk) -> SendAsk:
    if ask.sending is None or not ask.sending.unverified:
        return ask
    resource = ask.sending.resource
    again = tuple(EmailDomain(name=one.name, domain_management=one.domain_management) for one in resource.domains)
    return _sending(ask, replace(ask.sending, resource=replace(resource, domains=again)))


def _known(ask: SendAsk) -> SendAsk:
    if ask.sending is None or not ask.sending.unknown:
        return ask
    resource = ask.sending.resource
    names = (*resource.sender_usernames, *ask.sending.unknown)
    return _sending(ask, replace(ask.sending, resource=replace(resource, sender_usernames=names)))


def _fewer(ask: SendAsk) -> SendAsk:
    return _sending(ask, replace(ask.sending, recipients=1)) if ask.sending is not None else ask


def _smaller(ask: SendAsk) -> SendAsk:
    smaller = replace(ask, size=0)
    return _sending(smaller, replace(ask.sending, size=0)) if ask.sending is not None else smaller


def _of_every_request(asks: type[R]) -> tuple[AnyChange, ...]:
    return (
        Change(asks, "no fault of the world in the way", lambda ask: replace(ask, fault=None)),
        Change(
            asks,
            "a version that there is in the URL",
            lambda ask: replace(ask, api_version=ask.versions[-1] if ask.versions else ""),
        ),
        Change(asks, "the endpoint of a resource that there is", _there),
        Change(asks, "a resource of before the closing day", lambda ask: replace(ask, is_too_late=False)),
        Change(asks, "a signature with a key of {resource}, dated now", _signed),
        Change(asks, "a role that lets send for application {app_id}", lambda ask: replace(ask, has_role=True)),
        Change(asks, "fewer requests in the minute and the hour before", _with_room),
    )


def _there(ask: R) -> R:
    """Give the ask of a resource that has nothing to be told of but that it is there."""
    if ask.resource is not None:
        return replace(ask, is_made=True)
    return replace(ask, is_made=True, resource=AcsResource(ask.resource_name, ask.now))


CHANGES: Final[tuple[AnyChange, ...]] = (
    *_of_every_request(SendAsk),
    Change(SendAsk, "a body in order: here {wrong}", lambda ask: replace(ask, flaw=None)),
    Change(SendAsk, "both headers of repeatability", lambda ask: replace(ask, lacks_repeatability=False)),
    Change(SendAsk, "a GUID as Operation-Id", lambda ask: replace(ask, operation_id_is_malformed=False)),
    Change(SendAsk, "the domain {sender_domain} linked to {resource}", _linked),
    Change(SendAsk, "the records of {sender_domain} verified", _verified),
    Change(SendAsk, "the sender username {user} in {sender_domain}", _known),
    Change(SendAsk, "at most 50 recipients", _fewer),
    Change(SendAsk, "a smaller request", _smaller),
    Change(SendAsk, "another Operation-Id", lambda ask: replace(ask, is_repeated=False)),
    *_of_every_request(StatusAsk),
    Change(StatusAsk, "the id of an operation of {resource}", lambda ask: replace(ask, is_known=True)),
    Change(RequestAsk, "a request of less than 32 MB", lambda ask: replace(ask, size=0)),
    Change(RequestAsk, "the path /emails:send", lambda ask: replace(ask, allowed=ask.allowed or ask.method)),
    Change(RequestAsk, "the method {allowed}", lambda ask: replace(ask, method=ask.allowed or ask.method)),
    Change(OutcomeAsk, "no fault of the world in the way", lambda ask: replace(ask, fault=None)),
    Change(OutcomeAsk, "a recipient that is on no suppression list", lambda ask: replace(ask, suppressed=0)),
)
