"""RCPT TO at smtp.office365.com: every recipient is accepted; reports follow later (fact CS-GAP-18)."""

from __future__ import annotations

from typing import Final

from relaylab.domain.asks import RcptAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import limits, replies, sources

_rule = RuleMaker(Endpoint.SUBMISSION, Stage.RCPT)


@_rule(
    EffectKind.DEFER,
    replies.TOO_MANY_RECIPIENTS,
    asks=RcptAsk,
    source=sources.RECIPIENTS_STOP,
    under=(("too_many_recipients", "rcpt"),),
    fix="Send to a distribution group, or split the recipients over several messages.",
)
def transaction_has_its_thousand_recipients(ask: RcptAsk) -> bool:
    """Under one reading no transaction takes more than 1,000 recipients."""
    return ask.recipients >= limits.RECIPIENTS_AT_RCPT


RULES: Final[tuple[AnyRule, ...]] = (transaction_has_its_thousand_recipients,)
