"""AUTH at the tenant MX: there is none."""

from __future__ import annotations

from typing import Final

from relaylab.domain.asks import MechanismAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import replies, sources

_rule = RuleMaker(Endpoint.MX, Stage.AUTH)


@_rule(
    EffectKind.REFUSE,
    replies.UNRECOGNISED_MECHANISM,
    asks=MechanismAsk,
    source=sources.MX_NO_AUTH,
    fix="Turn authentication off in the sender, or point it at smtp.office365.com port 587.",
)
def no_mechanism_is_offered(ask: MechanismAsk) -> bool:
    """The tenant MX knows no sign-in; whatever mechanism is named is not recognised."""
    return bool(ask.mechanism_name)


RULES: Final[tuple[AnyRule, ...]] = (no_mechanism_is_offered,)
