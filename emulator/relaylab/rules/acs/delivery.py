"""The copies of an accepted message: suppressed, bounced, or delivered, alike for SMTP and REST, which only accept.

``shared`` makes the rules of one endpoint of them. Nothing comes back by mail: delivery reports tell of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relaylab.domain.acs_asks import AcsDeliveryAsk, DeliveryStatus
from relaylab.domain.codes import EnhancedCode
from relaylab.domain.decision import EffectKind
from relaylab.domain.world import Standing
from relaylab.rules import replies
from relaylab.rules.acs import smtp_sources, sources

if TYPE_CHECKING:
    from relaylab.domain.reply import Reply
    from relaylab.engine.rule import AnyRule, RuleMaker

# The enhanced codes of hard bounces (sources.HARD_BOUNCES); what is refused with another one has failed.
HARD_BOUNCES: Final = frozenset(
    EnhancedCode(5, subject, detail)
    for subject, details in {
        1: (1, 2, 3, 4, 6, 9, 10),
        2: (1,),
        3: (2,),
        4: (1, 4, 6, 310),
        7: (13,),
    }.items()
    for detail in details
)


def status_of(reply: Reply | None) -> DeliveryStatus:
    """Give the status in which a delivery report speaks of a copy that got this reply; None: it was delivered."""
    if reply is None:
        return DeliveryStatus.DELIVERED
    if reply.template is replies.ACS_SUPPRESSED:
        return DeliveryStatus.SUPPRESSED
    return DeliveryStatus.BOUNCED if reply.enhanced in HARD_BOUNCES else DeliveryStatus.FAILED


def recipient_is_on_a_list(ask: AcsDeliveryAsk) -> bool:
    """Who is on a suppression list of the customer's own gets nothing; the message is accepted all the same."""
    return ask.is_on_a_list


def recipient_is_suppressed(ask: AcsDeliveryAsk) -> bool:
    """An address that bounced hard is left alone for a day, and longer with each send in that time."""
    return ask.listed_until is not None


def recipient_is_unknown(ask: AcsDeliveryAsk) -> bool:
    """A recipient that an Authoritative domain does not know is a hard bounce, which suppresses it for a day."""
    return ask.recipient.standing is Standing.UNKNOWN


def recipient_takes_mail_from_inside_only(ask: AcsDeliveryAsk) -> bool:
    """A recipient that wants signed-in senders, or some senders only, takes no mail that comes from ACS."""
    return ask.recipient.wants_authenticated_senders or not ask.recipient.takes_from(ask.sender)


def shared(rule: RuleMaker) -> tuple[AnyRule, ...]:
    """Give the rules of one endpoint."""
    bounce, asks = EffectKind.BOUNCE, AcsDeliveryAsk
    return (
        rule(
            bounce,
            replies.ACS_SUPPRESSED,
            asks=asks,
            source=sources.CUSTOMER_SUPPRESSION,
            fix="Take {recipient} off the suppression list of resource {resource} "
            "([[tenant.acs_resource.suppression_list]]).",
        )(recipient_is_on_a_list),
        rule(
            bounce,
            replies.ACS_SUPPRESSED,
            asks=asks,
            source=sources.MANAGED_SUPPRESSION,
            fix="Send nothing to {recipient} until {until}, so that the lease ends (each send makes it longer), and "
            "take the address off your own list if it bounces again.",
        )(recipient_is_suppressed),
        rule(
            bounce,
            replies.NDR_NOT_FOUND,
            asks=asks,
            source=smtp_sources.HARD_BOUNCE,
            fix="Correct the recipient {recipient} in the sender, or create it in tenant {tenant}.",
        )(recipient_is_unknown),
        rule(
            bounce,
            replies.NDR_NOT_ON_THE_LIST,
            asks=asks,
            source=smtp_sources.INSIDE_ONLY,
            fix="Set RequireSenderAuthenticationEnabled to $false for {recipient}, or add {sender} to "
            "AcceptMessagesOnlyFrom.",
        )(recipient_takes_mail_from_inside_only),
    )
