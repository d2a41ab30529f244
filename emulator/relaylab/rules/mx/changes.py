"""The facts of the tenant MX whose change can let a refused ask pass; ``rules.changes`` has them in its order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from relaylab.domain.address import Address
from relaylab.domain.anti_spoof import Handling
from relaylab.domain.asks import DataAsk, DeliveryAsk, HelloAsk, MailAsk, RcptAsk
from relaylab.domain.clock import Window
from relaylab.domain.peer import TlsFacts
from relaylab.domain.recipients import NO_SENDER_IS_BLOCKED, NOBODY_IS_BLOCKED
from relaylab.domain.reputation import Reputation, SenderState
from relaylab.domain.tenant import DomainType, MailFlowIncident, OutboundRestriction, Switch
from relaylab.engine.passage import AnyChange, Change

if TYPE_CHECKING:
    from relaylab.domain.connector import InboundConnector
    from relaylab.domain.tenant import AcceptedDomain, Tenant
    from relaylab.domain.world import Recipient

_TLS: Final = TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", None)
_SOMEBODY: Final = Address.parse("sender@example.com")

HELLO: Final[tuple[AnyChange, ...]] = (
    Change(
        HelloAsk,
        "a well-formed name of the client's own after EHLO",
        lambda ask: replace(ask, argument="client.example"),
    ),
)

SENDER: Final[tuple[AnyChange, ...]] = (
    Change(MailAsk, "a name after EHLO that is on no list", lambda ask: replace(ask, hello_state=SenderState.GOOD)),
    Change(MailAsk, "nothing held against {sender}", lambda ask: replace(ask, sender_state=SenderState.GOOD)),
)

# A recipient ---------------------------------------------------------------------------------------------------------


def _of_tenant(ask: RcptAsk, **facts: object) -> RcptAsk:
    tenant = ask.recipient.tenant
    if tenant is None:
        return ask
    return replace(ask, recipient=replace(ask.recipient, tenant=replace(tenant, **facts)))  # type: ignore[arg-type]


def _of_domain(tenant: Tenant | None, domain: AcceptedDomain | None, **facts: object) -> tuple[AcceptedDomain, ...]:
    """Give the tenant's accepted domains, with this one changed."""
    others = tuple(one for one in tenant.accepted_domains if one != domain) if tenant else ()
    return others if domain is None else (*others, replace(domain, **facts))  # type: ignore[arg-type]


def _with_domain(ask: RcptAsk, **facts: object) -> RcptAsk:
    domains = _of_domain(ask.recipient.tenant, ask.recipient.domain, **facts)
    return _of_tenant(ask, accepted_domains=domains)


def _open(connector: InboundConnector) -> InboundConnector:
    return replace(connector, restrict_domains_to_ip_addresses=False, restrict_domains_to_certificate=False)


def _unrestricted(ask: RcptAsk) -> RcptAsk:
    connectors = ask.recipient.tenant.inbound_connectors if ask.recipient.tenant else ()
    return _of_tenant(ask, inbound_connectors=tuple(map(_open, connectors)))


def _trusted(ask: RcptAsk) -> RcptAsk:
    shown = ask.tls.client_certificate if ask.tls else None
    if ask.tls is None or shown is None:
        return ask
    return replace(ask, tls=replace(ask.tls, client_certificate=replace(shown, trusted=Window(), defect=None)))


def _without_incident(ask: RcptAsk) -> RcptAsk:
    owner, quiet = ask.attribution.tenant, MailFlowIncident.NONE
    if owner is not None:
        return replace(ask, attribution=replace(ask.attribution, tenant=replace(owner, mail_flow_incident=quiet)))
    return _of_tenant(ask, mail_flow_incident=quiet)


RECIPIENT: Final[tuple[AnyChange, ...]] = (
    Change(
        RcptAsk,
        "{recipient} in a transaction of its own",
        lambda ask: replace(ask, bound_to=None, bound_region=None),
    ),
    Change(RcptAsk, "nothing held against {ip}", lambda ask: replace(ask, reputation=Reputation.GOOD)),
    Change(
        RcptAsk,
        "{ip} not on the IPBlockList of tenant {tenant}",
        lambda ask: _of_tenant(ask, hosted_connection_filter_policy=NOBODY_IS_BLOCKED),
    ),
    Change(
        RcptAsk,
        "no incident in the mail flow of tenant {tenant}",
        _without_incident,
    ),
    Change(RcptAsk, "nothing held against {recipient}", lambda ask: replace(ask, recipient_state=SenderState.GOOD)),
    Change(RcptAsk, "a licence with mail in tenant {tenant}", lambda ask: _of_tenant(ask, licences=1)),
    Change(RcptAsk, "the MX of {recipient_domain}", lambda ask: replace(ask, region_of_host=None)),
    Change(
        RcptAsk,
        "mail_flow_region not set for {recipient_domain}",
        lambda ask: _with_domain(ask, mail_flow_region=None),
    ),
    Change(RcptAsk, "STARTTLS before MAIL", lambda ask: ask if ask.tls else replace(ask, tls=_TLS)),
    Change(RcptAsk, "a client certificate that is trusted", _trusted),
    Change(
        RcptAsk,
        "no restriction on the Partner connectors of tenant {tenant} that the sender does not meet",
        _unrestricted,
    ),
    Change(
        RcptAsk,
        "sending_to_domain_disabled and outbound_only = false for {recipient_domain}",
        lambda ask: _with_domain(ask, sending_to_domain_disabled=False, outbound_only=False),
    ),
    Change(
        RcptAsk,
        'domain_type = "InternalRelay" for {recipient_domain}',
        lambda ask: _with_domain(ask, domain_type=DomainType.INTERNAL_RELAY),
    ),
    Change(
        RcptAsk,
        'ipv6_for_accepted_domain = "on" for {recipient_domain}',
        lambda ask: _with_domain(ask, ipv6_for_accepted_domain=Switch.ON),
    ),
    Change(RcptAsk, "a PTR record for {ip}", lambda ask: replace(ask, has_reverse_name=True)),
)

# The message ---------------------------------------------------------------------------------------------------------

MESSAGE: Final[tuple[AnyChange, ...]] = (
    Change(DataAsk, "fewer servers on the way", lambda ask: replace(ask, head=replace(ask.head, hops=0))),
    Change(DataAsk, "a message that passes SPF or DKIM", lambda ask: replace(ask, authentication=None)),
    Change(DataAsk, "fewer parts in the message", lambda ask: replace(ask, excessive_parts=0)),
    Change(
        DataAsk,
        "a From header with one valid address",
        lambda ask: replace(
            ask, head=replace(ask.head, from_address=ask.head.from_address or _SOMEBODY, has_from=True)
        ),
    ),
)

# A copy --------------------------------------------------------------------------------------------------------------


def _unblocked(ask: DeliveryAsk) -> DeliveryAsk:
    connector = ask.attribution.connector
    if connector is None:
        return ask
    return replace(ask, attribution=replace(ask.attribution, connector=replace(connector, blocked=False)))


def _sent_by(ask: DeliveryAsk, **facts: object) -> DeliveryAsk:
    return replace(ask, tenant=replace(ask.tenant, **facts)) if ask.tenant else ask  # type: ignore[arg-type]


def _domain_sends(ask: DeliveryAsk) -> DeliveryAsk:
    domain = ask.tenant.accepted_domain(ask.mail_from.domain) if ask.tenant and ask.mail_from else None
    return _sent_by(ask, accepted_domains=_of_domain(ask.tenant, domain, sending_from_domain_disabled=False))


def _for_recipient(recipient: Recipient, **facts: object) -> Recipient:
    """Give the recipient with these properties on whatever directory object it is."""
    holder = recipient.mailbox or recipient.group or recipient.contact
    if holder is None:
        return recipient
    name = next(name for name in ("mailbox", "group", "contact") if getattr(recipient, name) is holder)
    return replace(recipient, **{name: replace(holder, **facts)})  # type: ignore[arg-type]


COPY: Final[tuple[AnyChange, ...]] = (
    Change(DeliveryAsk, "connector {connector} not blocked", _unblocked),
    Change(
        DeliveryAsk,
        "{recipient} not on the block list of tenant {tenant}",
        lambda ask: _sent_by(ask, tenant_allow_block_list=NO_SENDER_IS_BLOCKED),
    ),
    Change(
        DeliveryAsk,
        "require_sender_authentication_enabled = false for {recipient}",
        lambda ask: replace(ask, recipient=_for_recipient(ask.recipient, require_sender_authentication_enabled=False)),
    ),
    Change(
        DeliveryAsk,
        "the sender on accept_messages_only_from of {recipient}",
        lambda ask: replace(ask, recipient=_for_recipient(ask.recipient, accept_messages_only_from=())),
    ),
    Change(
        DeliveryAsk,
        "SPF or DKIM that passes for the From domain where {recipient} receives",
        lambda ask: replace(ask, handling=Handling.DELIVER),
    ),
    Change(DeliveryAsk, "sending_from_domain_disabled = false for the sender's domain", _domain_sends),
    Change(
        DeliveryAsk,
        "less mail for {recipient} in this hour",
        lambda ask: replace(ask, recipient_state=SenderState.GOOD),
    ),
    Change(
        DeliveryAsk,
        "nothing held against the mail of tenant {tenant}",
        lambda ask: _sent_by(ask, outbound_restriction=OutboundRestriction.NONE),
    ),
)
