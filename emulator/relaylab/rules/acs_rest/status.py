"""``GET /emails/operations/{id}``: who asks, whether there is such an operation, and the rate."""

from __future__ import annotations

from typing import Final

from relaylab.domain.acs_rest import StatusAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules.acs import fixes
from relaylab.rules.acs.sources import STATUS_QUOTA
from relaylab.rules.acs_rest import conditions, errors, sources

_rule = RuleMaker(Endpoint.ACS_REST, Stage.STATUS)

(
    service_has_ended,
    service_is_unavailable,
    service_fails,
    service_is_busy,
    version_is_missing,
    only_previews_exist_yet,
    version_is_unknown,
    resource_is_unknown,
    resource_is_of_a_new_customer,
    date_is_too_far_off,
    nothing_proves_who_asks,
    token_does_not_count,
    application_lacks_the_role,
) = conditions.shared(_rule, StatusAsk)


@_rule(
    EffectKind.REFUSE,
    errors.OPERATION_NOT_FOUND,
    asks=StatusAsk,
    source=sources.OPERATION_UNKNOWN,
    fix="Ask for the id that the answer to the send gave, at the resource it was sent through; {operation} is none.",
)
def operation_is_unknown(ask: StatusAsk) -> bool:
    """There is a status of operations that the resource has accepted only."""
    return not ask.is_known


@_rule(
    EffectKind.DEFER,
    errors.TOO_MANY_REQUESTS,
    asks=StatusAsk,
    source=STATUS_QUOTA,
    rests_on=("acs_quota",),
    fix="Wait {retry_after} seconds before the next question; the message goes its way meanwhile, and need not be sent "
    f"again. {conditions.HANGING} A status is given {{acs_per_minute}} times in a minute and {{acs_per_hour}} times in "
    f"an hour, whatever the operations, and {fixes.EACH_TRY_COUNTS}: leave the time between two questions that a "
    "Running operation names in Retry-After, or learn the end from the delivery reports of Event Grid.",
)
def rate_is_used_up(ask: StatusAsk) -> bool:
    """A status is given so many times in a minute and in an hour, by the kind of the domain that sent."""
    return ask.quota is not None and ask.quota.is_used_up


RULES: Final[tuple[AnyRule, ...]] = (
    service_has_ended,
    service_is_unavailable,
    service_fails,
    service_is_busy,
    version_is_missing,
    only_previews_exist_yet,
    version_is_unknown,
    resource_is_unknown,
    resource_is_of_a_new_customer,
    date_is_too_far_off,
    nothing_proves_who_asks,
    token_does_not_count,
    application_lacks_the_role,
    rate_is_used_up,
    operation_is_unknown,
)
