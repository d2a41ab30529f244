"""Each copy of an accepted message: suppressed, bounced, or delivered. It is told by delivery reports, not by mail."""

from __future__ import annotations

from typing import Final

from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules.acs import delivery

(
    recipient_is_on_a_list,
    recipient_is_suppressed,
    recipient_is_unknown,
    recipient_takes_mail_from_inside_only,
) = delivery.shared(RuleMaker(Endpoint.ACS_REST, Stage.DELIVERY))

RULES: Final[tuple[AnyRule, ...]] = (
    recipient_is_on_a_list,
    recipient_is_suppressed,
    recipient_is_unknown,
    recipient_takes_mail_from_inside_only,
)
