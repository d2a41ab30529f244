"""After the 250 of smtp.azurecomm.net: which copies leave. What does not is a status, and no report comes by mail."""

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
) = delivery.shared(RuleMaker(Endpoint.ACS_SMTP, Stage.DELIVERY))

RULES: Final[tuple[AnyRule, ...]] = (
    recipient_is_on_a_list,
    recipient_is_suppressed,
    recipient_is_unknown,
    recipient_takes_mail_from_inside_only,
)
