"""EHLO and HELO at High Volume Email, as at client submission."""

from __future__ import annotations

from typing import Final

from relaylab.domain.asks import HelloAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import replies, sources, submission

_rule = RuleMaker(Endpoint.HVE, Stage.CONNECT)


name_is_malformed = _rule(
    EffectKind.REFUSE,
    replies.INVALID_NAME,
    asks=HelloAsk,
    source=sources.HVE_GENERAL,
    fix=submission.connect.name_is_malformed.fix,
)(submission.connect.name_is_malformed.predicate)

RULES: Final[tuple[AnyRule, ...]] = (name_is_malformed,)
