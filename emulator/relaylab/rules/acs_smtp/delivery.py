"""After the 250 of smtp.azurecomm.net: which copies leave. What does not is a status, and no report comes by mail."""

from __future__ import annotations

from typing import Final

from relaylab.domain.acs_asks import AcsDeliveryAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.world import Standing
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import replies
from relaylab.rules.acs import smtp_sources, sources

_rule = RuleMaker(Endpoint.ACS_SMTP, Stage.DELIVERY)


@_rule(
    EffectKind.BOUNCE,
    replies.ACS_SUPPRESSED,
    asks=AcsDeliveryAsk,
    source=sources.CUSTOMER_SUPPRESSION,
    fix="Take {recipient} off the suppression list of resource {resource} ([[tenant.acs_resource.suppression_list]]).",
)
def recipient_is_on_a_list(ask: AcsDeliveryAsk) -> bool:
    """Who is on a suppression list of the customer's own gets nothing; the message is accepted all the same."""
    return ask.is_on_a_list


@_rule(
    EffectKind.BOUNCE,
    replies.ACS_SUPPRESSED,
    asks=AcsDeliveryAsk,
    source=sources.MANAGED_SUPPRESSION,
    fix="Send nothing to {recipient} until {until}, so that the lease ends (each send makes it longer), and take the "
    "address off your own list if it bounces again.",
)
def recipient_is_suppressed(ask: AcsDeliveryAsk) -> bool:
    """An address that bounced hard is left alone for a day, and longer with each send in that time."""
    return ask.listed_until is not None


@_rule(
    EffectKind.BOUNCE,
    replies.NDR_NOT_FOUND,
    asks=AcsDeliveryAsk,
    source=smtp_sources.HARD_BOUNCE,
    fix="Correct the recipient {recipient} in the sender, or create it in tenant {tenant}.",
)
def recipient_is_unknown(ask: AcsDeliveryAsk) -> bool:
    """A recipient that an Authoritative domain does not know is a hard bounce."""
    return ask.recipient.standing is Standing.UNKNOWN


@_rule(
    EffectKind.BOUNCE,
    replies.NDR_NOT_ON_THE_LIST,
    asks=AcsDeliveryAsk,
    source=smtp_sources.INSIDE_ONLY,
    fix="Set RequireSenderAuthenticationEnabled to $false for {recipient}, or add {sender} to AcceptMessagesOnlyFrom.",
)
def recipient_takes_mail_from_inside_only(ask: AcsDeliveryAsk) -> bool:
    """A recipient that wants signed-in senders, or some senders only, takes no mail that comes from ACS."""
    return ask.recipient.wants_authenticated_senders or not ask.recipient.takes_from(ask.sender)


RULES: Final[tuple[AnyRule, ...]] = (
    recipient_is_on_a_list,
    recipient_is_suppressed,
    recipient_is_unknown,
    recipient_takes_mail_from_inside_only,
)
