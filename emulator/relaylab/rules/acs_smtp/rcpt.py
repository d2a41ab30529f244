"""RCPT TO at smtp.azurecomm.net: every recipient is accepted, also one on a suppression list (fact ACS-SMTP-26)."""

from __future__ import annotations

from typing import Final

from relaylab.domain.asks import RcptAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import replies
from relaylab.rules.acs import fixes, limits, smtp_sources

_rule = RuleMaker(Endpoint.ACS_SMTP, Stage.RCPT)


@_rule(
    EffectKind.DEFER,
    replies.TOO_MANY_RECIPIENTS,
    asks=RcptAsk,
    source=smtp_sources.TOO_MANY_RECIPIENTS,
    under=(("acs_too_many_recipients", "rcpt"),),
    fix=fixes.SPLIT,
)
def transaction_has_its_fifty_recipients(ask: RcptAsk) -> bool:
    """Under one reading no transaction takes more than 50 recipients."""
    return ask.recipients >= limits.RECIPIENTS


RULES: Final[tuple[AnyRule, ...]] = (transaction_has_its_fifty_recipients,)
