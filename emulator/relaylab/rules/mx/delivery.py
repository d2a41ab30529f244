"""After the 250 of the tenant MX: what a message cannot reach comes back as a report."""

from __future__ import annotations

from typing import Final

from relaylab.domain.asks import DeliveryAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.reputation import SenderState
from relaylab.domain.tenant import OutboundRestriction
from relaylab.domain.world import Standing
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import quotas, replies, sources
from relaylab.rules.mx import fixes

_rule = RuleMaker(Endpoint.MX, Stage.DELIVERY)


@_rule(
    EffectKind.BOUNCE,
    replies.NDR_NOT_FOUND,
    asks=DeliveryAsk,
    source=sources.RECIPIENT_NOT_FOUND,
    fix=fixes.CORRECT_THE_RECIPIENT,
)
def recipient_is_unknown(ask: DeliveryAsk) -> bool:
    """A message that came in as originating is accepted for anybody; an unknown recipient comes back."""
    return ask.recipient.standing is Standing.UNKNOWN


@_rule(
    EffectKind.BOUNCE,
    replies.NDR_BLOCKED_CONNECTOR,
    asks=DeliveryAsk,
    source=sources.BLOCKED_CONNECTOR,
    fix="Remove connector {connector} from the page Restricted entities of the Defender portal, once nothing sends "
    "spam through it.",
)
def connector_is_blocked(ask: DeliveryAsk) -> bool:
    """What came through a connector that Microsoft has blocked goes nowhere."""
    connector = ask.attribution.connector
    return connector is not None and connector.blocked


@_rule(
    EffectKind.BOUNCE,
    replies.NDR_RECIPIENT_BLOCKED,
    asks=DeliveryAsk,
    source=sources.TENANT_BLOCKS,
    fix="Remove-TenantAllowBlockListItems -ListType Sender -Entries {recipient}, or its domain.",
)
def recipient_is_blocked_by_the_tenant(ask: DeliveryAsk) -> bool:
    """Nobody of a tenant can send to an address on its own block list."""
    return ask.tenant is not None and ask.tenant.tenant_allow_block_list.blocks(ask.recipient.address)


def _is_held_for(ask: DeliveryAsk, restriction: OutboundRestriction) -> bool:
    return ask.is_external and ask.tenant is not None and ask.tenant.outbound_restriction is restriction


@_rule(
    EffectKind.BOUNCE,
    replies.NDR_THRESHOLD,
    asks=DeliveryAsk,
    source=sources.TENANT_BLOCKS,
    fix="Find what floods the outside from the tenant, end it, and ask Microsoft support to lift the block.",
)
def tenant_has_exceeded_its_threshold(ask: DeliveryAsk) -> bool:
    """A tenant that has sent too much suspicious mail reaches nobody outside."""
    return _is_held_for(ask, OutboundRestriction.THRESHOLD_EXCEEDED)


@_rule(
    EffectKind.BOUNCE,
    replies.NDR_TRAFFIC,
    asks=DeliveryAsk,
    source=sources.TENANT_BLOCKS,
    fix="Ask Microsoft support to accept traffic from {ip}, as new and trial tenants must.",
)
def traffic_of_the_tenant_is_not_accepted(ask: DeliveryAsk) -> bool:
    """A tenant of low reputation reaches nobody outside from the address that it uses."""
    return _is_held_for(ask, OutboundRestriction.TRAFFIC_NOT_ACCEPTED)


@_rule(
    EffectKind.BOUNCE,
    replies.NDR_UNREGISTERED,
    asks=DeliveryAsk,
    source=sources.TENANT_BLOCKS,
    fix="Send from an accepted domain of the tenant, or register the sender's: New-AcceptedDomain.",
)
def unregistered_domains_may_not_send(ask: DeliveryAsk) -> bool:
    """A tenant that sent much for domains it has not registered may not do so any more."""
    own = ask.mail_from is None or (ask.tenant is not None and ask.tenant.owns(ask.mail_from.domain))
    return not own and _is_held_for(ask, OutboundRestriction.UNREGISTERED_DOMAINS)


@_rule(
    EffectKind.BOUNCE,
    replies.NDR_UNREGISTERED,
    asks=DeliveryAsk,
    source=sources.ACCEPTED_DOMAIN_SWITCHES,
    fix="Set-AcceptedDomain -SendingFromDomainDisabled $false for the domain of {mailbox}.",
)
def domain_may_not_send(ask: DeliveryAsk) -> bool:
    """An accepted domain with SendingFromDomainDisabled is treated as one that is not registered."""
    domain = ask.tenant.accepted_domain(ask.mail_from.domain) if ask.tenant and ask.mail_from else None
    return domain is not None and domain.sending_from_domain_disabled


@_rule(
    EffectKind.BOUNCE,
    replies.NDR_TOO_MUCH_FROM_SENDER,
    asks=DeliveryAsk,
    source=sources.RECEIVE_LIMITS,
    fix="Have {mailbox} send less to {recipient} in an hour, or to a group of several mailboxes.",
)
def recipient_has_too_much_of_this_sender(ask: DeliveryAsk) -> bool:
    """A recipient that got too much from one sender in an hour gets no more of it."""
    return ask.recipient_state is SenderState.TOO_MUCH_FROM_SENDER


@_rule(
    EffectKind.BOUNCE,
    replies.NDR_TOO_MUCH_MAIL,
    asks=DeliveryAsk,
    source=sources.RECEIVE_LIMITS,
    fix="Send less to {recipient} in an hour, or spread it over several mailboxes.",
)
def recipient_has_too_much_mail(ask: DeliveryAsk) -> bool:
    """A recipient that got too much in an hour gets no more for a while."""
    return ask.recipient_state is SenderState.TOO_MUCH_MAIL


def _is_not_let_in(ask: DeliveryAsk) -> bool:
    return ask.recipient.wants_authenticated_senders and not ask.is_authenticated


@_rule(
    EffectKind.BOUNCE,
    replies.NDR_GROUP_WANTS_AUTHENTICATION,
    asks=DeliveryAsk,
    source=sources.SENDER_NOT_AUTHENTICATED,
    fix="Set-DistributionGroup {recipient} -RequireSenderAuthenticationEnabled $false, or have the sender sign in.",
)
def group_wants_authenticated_senders(ask: DeliveryAsk) -> bool:
    """A group that takes mail of signed-in senders only sends back what came without."""
    return _is_not_let_in(ask) and ask.recipient.group is not None


@_rule(
    EffectKind.BOUNCE,
    replies.NDR_MAILBOX_WANTS_AUTHENTICATION,
    asks=DeliveryAsk,
    source=sources.SENDER_NOT_AUTHENTICATED,
    fix="Set-Mailbox {recipient} -RequireSenderAuthenticationEnabled $false, or have the sender sign in.",
)
def mailbox_wants_authenticated_senders(ask: DeliveryAsk) -> bool:
    """A mailbox that takes mail of signed-in senders only sends back what came without."""
    return _is_not_let_in(ask) and ask.recipient.mailbox is not None


@_rule(
    EffectKind.BOUNCE,
    replies.NDR_MAIL_USER_WANTS_AUTHENTICATION,
    asks=DeliveryAsk,
    source=sources.SENDER_NOT_AUTHENTICATED,
    fix="Set-MailUser or Set-MailContact {recipient} -RequireSenderAuthenticationEnabled $false, or have the sender "
    "sign in.",
)
def mail_user_wants_authenticated_senders(ask: DeliveryAsk) -> bool:
    """A mail user or mail contact that takes mail of signed-in senders only sends back what came without."""
    return _is_not_let_in(ask) and ask.recipient.contact is not None


@_rule(
    EffectKind.BOUNCE,
    replies.NDR_NOT_ON_THE_LIST,
    asks=DeliveryAsk,
    source=sources.SENDER_NOT_AUTHENTICATED,
    fix="Add {mailbox} to AcceptMessagesOnlyFrom of {recipient}.",
)
def sender_is_not_on_the_list(ask: DeliveryAsk) -> bool:
    """A recipient with AcceptMessagesOnlyFrom sends back what others write."""
    return not ask.recipient.takes_from(ask.mail_from)


@_rule(
    EffectKind.BOUNCE,
    replies.NDR_TERRL_TRIAL,
    asks=DeliveryAsk,
    source=sources.TERRL_TRIAL,
    rests_on=("terrl_by_age",),
    fix="Buy licences for tenant {tenant}: a trial may reach {quota} external recipients in 24 hours.",
)
def trial_tenant_has_used_its_external_recipients(ask: DeliveryAsk) -> bool:
    """Relayed mail counts towards the fixed number of external recipients that a trial tenant reaches in 24 hours."""
    return quotas.external_is_used_up(ask) and ask.tenant is not None and ask.tenant.trial


@_rule(
    EffectKind.BOUNCE,
    replies.NDR_TERRL,
    asks=DeliveryAsk,
    source=sources.TERRL,
    rests_on=("terrl_by_age", "terrl_last_phase"),
    fix="Spread the mail over days, or add licences to tenant {tenant} ({quota} external recipients in 24 hours now).",
)
def tenant_has_used_its_external_recipients(ask: DeliveryAsk) -> bool:
    """Relayed mail counts towards the tenant's external recipients in any 24 hours."""
    return quotas.external_is_used_up(ask)


@_rule(
    EffectKind.BOUNCE,
    replies.NDR_MOERA,
    asks=DeliveryAsk,
    source=sources.MOERA,
    fix="Send from a custom domain: New-AcceptedDomain, then give the sender an address in it.",
)
def onmicrosoft_sender_has_used_its_external_recipients(ask: DeliveryAsk) -> bool:
    """Relayed mail from onmicrosoft.com counts towards that domain's external recipients in any 24 hours."""
    return quotas.moera_is_used_up(ask)


RULES: Final[tuple[AnyRule, ...]] = (
    connector_is_blocked,
    recipient_is_unknown,
    recipient_is_blocked_by_the_tenant,
    group_wants_authenticated_senders,
    mailbox_wants_authenticated_senders,
    mail_user_wants_authenticated_senders,
    sender_is_not_on_the_list,
    recipient_has_too_much_of_this_sender,
    recipient_has_too_much_mail,
    domain_may_not_send,
    unregistered_domains_may_not_send,
    tenant_has_exceeded_its_threshold,
    traffic_of_the_tenant_is_not_accepted,
    trial_tenant_has_used_its_external_recipients,
    tenant_has_used_its_external_recipients,
    onmicrosoft_sender_has_used_its_external_recipients,
)
