"""RCPT TO at the tenant MX, last part: mail that nobody's connector made originating, before the recipient's tenant.

In the order of fact MX-GAP-07: Partner restrictions, RequireTls, RejectDirectSend, then the directory. Inferred is that
RequireTls answers with 454 (REQUIRE_TLS_STAGE), and that RejectDirectSend refuses here (DIRECT_SEND_STAGE), takes an
empty MAIL FROM for nobody's (DIRECT_SEND_EMPTY_SENDER), asks of a Partner connector that it be for the sender
(DIRECT_SEND_PARTNER) and holds from the instant it is set (DIRECT_SEND_DELAY).
"""

from __future__ import annotations

from typing import Final

from relaylab.domain.asks import RcptAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.tenant import DomainType, Switch
from relaylab.domain.world import Standing
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import milestones, replies, sources
from relaylab.rules.mx import fixes
from relaylab.rules.mx.clients import is_vouched_for_by_the_recipient, restricting, wanting_tls

_rule = RuleMaker(Endpoint.MX, Stage.RCPT)


@_rule(
    EffectKind.REFUSE,
    replies.NO_SUBSCRIPTION,
    asks=RcptAsk,
    source=sources.NO_SUBSCRIPTION,
    fix="Buy tenant {tenant} a licence with a mailbox, or take its domains out of Exchange Online.",
)
def tenant_has_no_subscription(ask: RcptAsk) -> bool:
    """A tenant without any subscription with mail takes none that comes in."""
    tenant = ask.recipient.tenant
    return not ask.attribution.may_relay and tenant is not None and not tenant.licences and not tenant.trial


@_rule(
    EffectKind.DEFER,
    replies.WRONG_REGION,
    asks=RcptAsk,
    source=sources.WRONG_REGION,
    fix="Point the sender at the MX of {recipient_domain} by its name (nslookup -type=mx {recipient_domain}), not at "
    "an address or another domain's host.",
)
def host_is_in_another_region(ask: RcptAsk) -> bool:
    """Mail for a domain that belongs to one region is put off at a host of another."""
    domain = ask.recipient.domain
    wanted, met = domain.mail_flow_region if domain else None, ask.region_of_host
    return not ask.attribution.may_relay and wanted is not None and met is not None and wanted != met


@_rule(
    EffectKind.DEFER,
    replies.TLS_CHANNEL_UNTRUSTED_ROOT,
    asks=RcptAsk,
    source=sources.UNTRUSTED_CERTIFICATE,
    under=(("untrusted_certificate", "454"),),
    fix="Give the sender a certificate of a public authority, and have it send the intermediate certificates.",
)
def certificate_is_not_trusted(ask: RcptAsk) -> bool:
    """Under one reading a certificate of an untrusted chain is told so, where a Partner connector wants one."""
    connector = restricting(ask)
    shown = ask.tls.client_certificate if ask.tls else None
    wanted = connector is not None and connector.restrict_domains_to_certificate
    return not ask.attribution.may_relay and wanted and shown is not None and not shown.is_trusted_at(ask.now)


@_rule(
    EffectKind.REFUSE,
    replies.PARTNER_ONLY,
    asks=RcptAsk,
    source=sources.PARTNER_RESTRICTION,
    fix="Send through the partner's gateway, or put {ip} or the sender's certificate on that Partner connector of "
    "tenant {tenant}: Set-InboundConnector -SenderIPAddresses / -TlsSenderCertificateName.",
)
def partner_connector_is_for_somebody_else(ask: RcptAsk) -> bool:
    """A Partner connector that restricts its sender domains takes them by its addresses or certificate only."""
    return not ask.attribution.may_relay and restricting(ask) is not None


@_rule(
    EffectKind.DEFER,
    replies.TLS_CHANNEL,
    asks=RcptAsk,
    source=sources.REQUIRE_TLS,
    fix="Turn TLS on in the sender (STARTTLS on port 25), or Set-InboundConnector -RequireTls $false in tenant "
    "{tenant}.",
)
def partner_connector_wants_tls(ask: RcptAsk) -> bool:
    """A Partner connector with RequireTls takes nothing in clear."""
    return not ask.attribution.may_relay and wanting_tls(ask)


def _is_unwanted_direct_send(ask: RcptAsk) -> bool:
    tenant = ask.recipient.tenant
    return (
        not ask.attribution.may_relay
        and ask.mail_from is not None
        and ask.sender_counts
        and tenant is not None
        and tenant.organization_config.rejects_direct_send(ask.now, ask.direct_send_delay)
        and tenant.owns(ask.mail_from.domain)
        and not is_vouched_for_by_the_recipient(ask)
    )


@_rule(
    EffectKind.REFUSE,
    replies.DIRECT_SEND_REJECTED,
    asks=RcptAsk,
    source=sources.IPV6_MATCHES_NOTHING,
    since=milestones.DIRECT_SEND_CAN_BE_REJECTED,
    rests_on=("direct_send_sender", "direct_send_delay"),
    fix=f"{fixes.USE_IPV4}, or Set-OrganizationConfig -RejectDirectSend $false",
)
def direct_send_over_ipv6_is_rejected(ask: RcptAsk) -> bool:
    """With RejectDirectSend, mail from the tenant's own domains that arrives over IPv6 matches no connector."""
    return _is_unwanted_direct_send(ask) and ask.peer.ip.version == 6


@_rule(
    EffectKind.REFUSE,
    replies.DIRECT_SEND_REJECTED,
    asks=RcptAsk,
    source=sources.DIRECT_SEND,
    since=milestones.DIRECT_SEND_CAN_BE_REJECTED,
    rests_on=("direct_send_sender", "direct_send_delay"),
    fix=f"{fixes.ADD_A_CONNECTOR}, or Set-OrganizationConfig -RejectDirectSend $false",
)
def direct_send_is_rejected(ask: RcptAsk) -> bool:
    """A tenant with RejectDirectSend takes mail from its own domains only through a connector."""
    return _is_unwanted_direct_send(ask)


def _is_unknown(ask: RcptAsk) -> bool:
    return not ask.attribution.may_relay and (
        ask.recipient.standing is Standing.UNKNOWN or _is_a_hidden_group(ask) or _receives_nothing(ask)
    )


def _is_a_hidden_group(ask: RcptAsk) -> bool:
    """Tell a dynamic group of an Authoritative domain, which the edge does not know (fact MX-RCP-03)."""
    domain = ask.recipient.domain
    authoritative = domain is not None and domain.domain_type is DomainType.AUTHORITATIVE
    return ask.recipient.standing is Standing.DYNAMIC_GROUP and authoritative


def _receives_nothing(ask: RcptAsk) -> bool:
    domain = ask.recipient.domain
    return domain is not None and not domain.receives


@_rule(
    EffectKind.REFUSE,
    replies.UNKNOWN_RECIPIENT,
    asks=RcptAsk,
    source=sources.ACCEPTED_DOMAIN_SWITCHES,
    since=milestones.DBEB_WITH_LINK,
    fix="Set-AcceptedDomain {recipient_domain} -SendingToDomainDisabled $false -OutboundOnly $false in tenant "
    "{tenant}.",
)
def domain_takes_no_mail(ask: RcptAsk) -> bool:
    """A domain that only sends, or to which sending is disabled, knows no recipient."""
    return not ask.attribution.may_relay and _receives_nothing(ask)


@_rule(
    EffectKind.REFUSE,
    replies.UNKNOWN_RECIPIENT,
    asks=RcptAsk,
    source=sources.DYNAMIC_GROUPS,
    since=milestones.DBEB_WITH_LINK,
    fix="Set-AcceptedDomain {recipient_domain} -DomainType InternalRelay in tenant {tenant}, or write to a group with "
    "fixed members.",
)
def dynamic_group_is_unknown_at_the_edge(ask: RcptAsk) -> bool:
    """An Authoritative domain refuses mail to a dynamic group, which the list at the edge does not hold."""
    return not ask.attribution.may_relay and _is_a_hidden_group(ask)


@_rule(
    EffectKind.REFUSE,
    replies.UNKNOWN_RECIPIENT,
    asks=RcptAsk,
    source=sources.DBEB_RULE,
    since=milestones.DBEB_WITH_LINK,
    fix=fixes.CORRECT_THE_RECIPIENT,
)
def recipient_is_unknown(ask: RcptAsk) -> bool:
    """An Authoritative domain refuses recipients that its directory does not know, at the edge."""
    return _is_unknown(ask)


@_rule(
    EffectKind.REFUSE,
    replies.UNKNOWN_RECIPIENT_2024,
    asks=RcptAsk,
    source=sources.DBEB_RULE,
    since=milestones.DBEB_WITHOUT_NUMBER,
    until=milestones.DBEB_WITH_LINK,
    fix=fixes.CORRECT_THE_RECIPIENT,
)
def recipient_is_unknown_in_2024(ask: RcptAsk) -> bool:
    """In 2024 and 2025 the refusal of an unknown recipient ended in a full stop."""
    return _is_unknown(ask)


@_rule(
    EffectKind.REFUSE,
    replies.UNKNOWN_RECIPIENT_2020,
    asks=RcptAsk,
    source=sources.DBEB_RULE,
    until=milestones.DBEB_WITHOUT_NUMBER,
    fix=fixes.CORRECT_THE_RECIPIENT,
)
def recipient_is_unknown_in_2020(ask: RcptAsk) -> bool:
    """Until 2023 the refusal of an unknown recipient carried an AS number."""
    return _is_unknown(ask)


@_rule(
    EffectKind.REFUSE,
    replies.IPV6_NOT_ACCEPTED,
    asks=RcptAsk,
    source=sources.IPV6_NOT_ACCEPTED,
    fix="Have the sender connect over IPv4, or Enable-IPv6ForAcceptedDomain -Domain {recipient_domain}.",
)
def domain_does_not_take_ipv6(ask: RcptAsk) -> bool:
    """A domain with IPv6 disabled takes nothing that arrives over it."""
    domain = ask.recipient.domain
    is_off = domain is not None and domain.ipv6_for_accepted_domain is Switch.OFF
    return not ask.attribution.may_relay and ask.peer.ip.version == 6 and is_off


@_rule(
    EffectKind.REFUSE,
    replies.IPV6_NOT_ACCEPTED,
    asks=RcptAsk,
    source=sources.IPV6_OPT_IN,
    until=milestones.IPV6_FOR_ACCEPTED_DOMAINS,
    fix="Have the sender connect over IPv4, or Enable-IPv6ForAcceptedDomain -Domain {recipient_domain}.",
)
def domain_does_not_take_ipv6_yet(ask: RcptAsk) -> bool:
    """Until the autumn of 2024 a domain took nothing over IPv6 unless an administrator had enabled it."""
    domain = ask.recipient.domain
    is_on = domain is not None and domain.ipv6_for_accepted_domain is Switch.ON
    return not ask.attribution.may_relay and domain is not None and ask.peer.ip.version == 6 and not is_on


@_rule(
    EffectKind.REFUSE,
    replies.IPV6_WITHOUT_NAME,
    asks=RcptAsk,
    source=sources.IPV6_WITHOUT_NAME,
    under=(("ipv6_without_name", "refuse"),),
    fix="Have the provider publish a PTR record for {ip}, or have the sender connect over IPv4.",
)
def ipv6_address_has_no_name(ask: RcptAsk) -> bool:
    """Anonymous mail over IPv6 comes from an address with a PTR record, or not at all."""
    inside = not ask.recipient.is_outside and not ask.attribution.may_relay
    return inside and ask.peer.ip.version == 6 and not ask.has_reverse_name


RULES: Final[tuple[AnyRule, ...]] = (
    tenant_has_no_subscription,
    host_is_in_another_region,
    certificate_is_not_trusted,
    partner_connector_is_for_somebody_else,
    partner_connector_wants_tls,
    direct_send_over_ipv6_is_rejected,
    direct_send_is_rejected,
    domain_takes_no_mail,
    dynamic_group_is_unknown_at_the_edge,
    recipient_is_unknown,
    recipient_is_unknown_in_2024,
    recipient_is_unknown_in_2020,
    domain_does_not_take_ipv6,
    domain_does_not_take_ipv6_yet,
    ipv6_address_has_no_name,
)
