"""After the 250 of High Volume Email: groups are expanded, and what may not go on comes back.

No copy is kept in Sent Items: the account has no mailbox (fact HVE-SND-01).
"""

from __future__ import annotations

from typing import Final

from relaylab.domain.asks import DeliveryAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.hve import BillingPolicyStatus
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import limits, milestones, replies, sources, submission
from relaylab.rules.hve import conditions

_rule = RuleMaker(Endpoint.HVE, Stage.DELIVERY)


@_rule(
    EffectKind.BOUNCE,
    replies.HVE_NOT_ACTIVE,
    asks=DeliveryAsk,
    source=sources.HVE_BILLING_STATUS,
    since=milestones.HVE_BILLING_BEGINS,
    under=(("hve_billing_refusal", "ndr"),),
    fix=conditions.FIX_BILLING,
)
def billing_policy_is_not_valid(ask: DeliveryAsk) -> bool:
    """Under another reading what an account without a valid billing policy sends comes back."""
    return ask.hve is not None and ask.hve.account.billing_policy_status is not BillingPolicyStatus.VALID


@_rule(
    EffectKind.BOUNCE,
    replies.NDR_TOO_MANY_RECIPIENTS,
    asks=DeliveryAsk,
    source=sources.HVE_RECIPIENTS,
    under=(("hve_too_many_recipients", "ndr"),),
    fix="Send to one distribution group, static or dynamic, which counts once; else in batches of 50.",
)
def message_has_too_many_recipients(ask: DeliveryAsk) -> bool:
    """Under another reading a message to more than fifty recipients reaches none of them."""
    return ask.recipients > limits.HVE_RECIPIENTS


@_rule(
    EffectKind.BOUNCE,
    replies.HVE_EXTERNAL,
    asks=DeliveryAsk,
    source=sources.HVE_INTERNAL,
    since=milestones.HVE_INTERNAL_ONLY,
    under=(("hve_external_stage", "ndr"),),
    fix=conditions.FIX_OUTSIDE,
)
def recipient_is_outside(ask: DeliveryAsk) -> bool:
    """Under another reading a recipient outside is accepted, and its copy comes back."""
    return ask.is_external and not ask.is_behind_another


@_rule(
    EffectKind.BOUNCE,
    replies.HVE_EXTERNAL,
    asks=DeliveryAsk,
    source=sources.HVE_BEHIND,
    since=milestones.HVE_INTERNAL_ONLY,
    under=(("hve_outside_members", "ndr"),),
    fix="Take {recipient} out of the group, or write to it another way; High Volume Email stays inside the tenant.",
)
def somebody_outside_is_behind_the_recipient(ask: DeliveryAsk) -> bool:
    """A group is expanded after the 250; the copy of a member outside, or of a contact's target, comes back."""
    return ask.is_external and ask.is_behind_another


@_rule(
    EffectKind.BOUNCE,
    replies.HVE_EXTERNAL,
    asks=DeliveryAsk,
    source=sources.HVE_CONTACTS,
    since=milestones.HVE_INTERNAL_ONLY,
    under=(("hve_external_stage", "ndr"), ("hve_contacts_and_guests", "external")),
    fix=conditions.FIX_OUTSIDE,
)
def recipient_is_a_contact_or_a_guest(ask: DeliveryAsk) -> bool:
    """Under another reading a mail contact or a guest is accepted, and its copy comes back."""
    return ask.written_to is not None and ask.written_to.leads_outside


@_rule(
    EffectKind.BOUNCE,
    replies.HVE_EXTERNAL,
    asks=DeliveryAsk,
    source=sources.HVE_CONTACTS,
    since=milestones.HVE_INTERNAL_ONLY,
    under=(("hve_outside_members", "ndr"), ("hve_contacts_and_guests", "external")),
    fix="Take {recipient} out of the group: a guest counts as outside.",
)
def guest_is_behind_the_recipient(ask: DeliveryAsk) -> bool:
    """A guest who is a member of a group is one of its members outside."""
    return ask.is_behind_another and ask.recipient.is_guest


recipient_is_unknown = _rule(
    EffectKind.BOUNCE,
    replies.NDR_NOT_FOUND,
    asks=DeliveryAsk,
    source=sources.HVE_GENERAL,
    fix=submission.delivery.recipient_is_unknown.fix,
)(submission.delivery.recipient_is_unknown.predicate)
sender_is_not_on_the_list = _rule(
    EffectKind.BOUNCE,
    replies.NDR_NOT_ON_THE_LIST,
    asks=DeliveryAsk,
    source=sources.HVE_GENERAL,
    fix=submission.delivery.sender_is_not_on_the_list.fix,
)(submission.delivery.sender_is_not_on_the_list.predicate)

RULES: Final[tuple[AnyRule, ...]] = (
    billing_policy_is_not_valid,
    message_has_too_many_recipients,
    recipient_is_outside,
    recipient_is_a_contact_or_a_guest,
    somebody_outside_is_behind_the_recipient,
    guest_is_behind_the_recipient,
    recipient_is_unknown,
    sender_is_not_on_the_list,
)
