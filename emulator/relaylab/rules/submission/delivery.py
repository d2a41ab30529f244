"""After the 250 of smtp.office365.com: each recipient is resolved, and what cannot be delivered comes back as a report.

A report that concerns the whole message stands before those that concern one recipient. That the limits for external
recipients are answered by reports, and never hold back a copy inside, is inferred: sources.EXTERNAL_LIMIT_EFFECT.
"""

from __future__ import annotations

from typing import Final

from relaylab.domain.asks import DeliveryAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.world import Standing
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import limits, quotas, replies, sources

_rule = RuleMaker(Endpoint.SUBMISSION, Stage.DELIVERY)


@_rule(
    EffectKind.BOUNCE,
    replies.NDR_RESTRICTED,
    asks=DeliveryAsk,
    source=sources.RESTRICTED_SENDER,
    fix="Remove-BlockedSenderAddress -SenderAddress {mailbox}, after its password was changed.",
)
def sender_is_restricted(ask: DeliveryAsk) -> bool:
    """A sender on the list of restricted entities gets a report for everything it sends."""
    return ask.principal is not None and ask.principal.restricted_sender


@_rule(
    EffectKind.BOUNCE,
    replies.NDR_TOO_MANY_RECIPIENTS,
    asks=DeliveryAsk,
    source=sources.RECIPIENTS_PER_MESSAGE,
    fix="Set-Mailbox {mailbox} -RecipientLimits 1000 (there is no more), send to a distribution group, or send "
    "several messages.",
)
def message_has_too_many_recipients(ask: DeliveryAsk) -> bool:
    """A message to more recipients than the mailbox's RecipientLimits reaches none of them."""
    return ask.principal is not None and ask.recipients > ask.principal.recipient_limits


@_rule(
    EffectKind.BOUNCE,
    replies.NDR_TOO_LARGE,
    asks=DeliveryAsk,
    source=sources.SEND_SIZE,
    under=(("message_over_mailbox_size", "ndr"),),
    fix="Set-Mailbox {mailbox} -MaxSendSize 150MB",
)
def message_is_larger_than_the_mailbox_may_send(ask: DeliveryAsk) -> bool:
    """A message larger than the mailbox's MaxSendSize comes back."""
    return ask.principal is not None and ask.size > ask.principal.max_send_size


@_rule(
    EffectKind.BOUNCE,
    replies.NDR_DAILY_RECIPIENTS,
    asks=DeliveryAsk,
    source=sources.RECIPIENT_RATE_NDR,
    under=(("recipient_rate_refusal", "ndr"),),
    fix="Send to distribution groups (a group counts once), or spread the mail over mailboxes.",
)
def daily_recipients_are_reported_as_used_up(ask: DeliveryAsk) -> bool:
    """Under one reading the 10,001st recipient of a day is answered by a report."""
    return ask.principal is not None and ask.recipients_today > limits.RECIPIENTS_PER_DAY


@_rule(
    EffectKind.BOUNCE,
    replies.NDR_NOT_FOUND,
    asks=DeliveryAsk,
    source=sources.UNKNOWN_RECIPIENT_NDR,
    fix="Correct the recipient {recipient} in the sender, or create it in tenant {tenant}.",
)
def recipient_is_unknown(ask: DeliveryAsk) -> bool:
    """A recipient that an Authoritative domain does not know comes back."""
    return ask.recipient.standing is Standing.UNKNOWN


@_rule(
    EffectKind.BOUNCE,
    replies.NDR_TERRL_TRIAL,
    asks=DeliveryAsk,
    source=sources.TERRL_TRIAL,
    rests_on=("terrl_by_age",),
    fix="Buy licences for tenant {tenant}: a trial may reach {quota} external recipients in 24 hours.",
)
def trial_tenant_has_used_its_external_recipients(ask: DeliveryAsk) -> bool:
    """A trial tenant reaches a fixed number of external recipients in any 24 hours."""
    return quotas.external_is_used_up(ask) and ask.tenant is not None and ask.tenant.trial


@_rule(
    EffectKind.BOUNCE,
    replies.NDR_TERRL,
    asks=DeliveryAsk,
    source=sources.TERRL,
    rests_on=("terrl_by_age", "terrl_last_phase"),
    fix="Spread the mail over days, add licences to tenant {tenant} ({quota} external recipients in 24 hours now), or "
    "send bulk mail outside through Azure Communication Services.",
)
def tenant_has_used_its_external_recipients(ask: DeliveryAsk) -> bool:
    """A tenant reaches 500 x licences^0.7 + 9500 external recipients in any 24 hours, a new one fewer."""
    return quotas.external_is_used_up(ask)


@_rule(
    EffectKind.BOUNCE,
    replies.NDR_MOERA,
    asks=DeliveryAsk,
    source=sources.MOERA,
    fix="Send from a custom domain: New-AcceptedDomain, then give {mailbox} an address in it.",
)
def onmicrosoft_sender_has_used_its_external_recipients(ask: DeliveryAsk) -> bool:
    """Senders at onmicrosoft.com reach 100 external recipients per tenant in any 24 hours."""
    return quotas.moera_is_used_up(ask)


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


RULES: Final[tuple[AnyRule, ...]] = (
    sender_is_restricted,
    message_has_too_many_recipients,
    message_is_larger_than_the_mailbox_may_send,
    daily_recipients_are_reported_as_used_up,
    recipient_is_unknown,
    sender_is_not_on_the_list,
    trial_tenant_has_used_its_external_recipients,
    tenant_has_used_its_external_recipients,
    onmicrosoft_sender_has_used_its_external_recipients,
)
