"""Each copy of an accepted message: suppressed, bounced, or delivered. It is told by delivery reports, not by mail."""

from __future__ import annotations

from typing import Final

from relaylab.domain.acs_rest import RestDeliveryAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.world import Standing
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import replies
from relaylab.rules.acs_rest import answers, sources

_rule = RuleMaker(Endpoint.ACS_REST, Stage.DELIVERY)


@_rule(
    EffectKind.BOUNCE,
    answers.SUPPRESSED,
    asks=RestDeliveryAsk,
    source=sources.SUPPRESSION_LIST,
    fix="Take {recipient} off the list, or send nothing to it until its lease has ended: each send lengthens that.",
)
def recipient_is_suppressed(ask: RestDeliveryAsk) -> bool:
    """Nothing is sent to an address on a suppression list: the managed one after a hard bounce, or the customer's."""
    return bool(ask.suppressed_by)


@_rule(
    EffectKind.BOUNCE,
    replies.NDR_NOT_FOUND,
    asks=RestDeliveryAsk,
    source=sources.HARD_BOUNCE,
    fix="Correct the recipient {recipient} in the sender, or create it in tenant {tenant}.",
)
def recipient_is_unknown(ask: RestDeliveryAsk) -> bool:
    """A recipient that its Authoritative domain does not know is a hard bounce, which suppresses it for a day."""
    return ask.recipient.standing is Standing.UNKNOWN


RULES: Final[tuple[AnyRule, ...]] = (recipient_is_suppressed, recipient_is_unknown)
