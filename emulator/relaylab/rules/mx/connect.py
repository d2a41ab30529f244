"""EHLO and HELO at the tenant MX."""

from __future__ import annotations

from typing import Final

from relaylab.domain.asks import HelloAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import replies, sources
from relaylab.rules.hello import is_malformed

_rule = RuleMaker(Endpoint.MX, Stage.CONNECT)


@_rule(
    EffectKind.REFUSE,
    replies.INVALID_NAME,
    asks=HelloAsk,
    source=sources.MX_GENERAL,
    fix="Give the device a host name without empty labels, spaces or special characters.",
)
def name_is_malformed(ask: HelloAsk) -> bool:
    """At the MX too, a name with an empty label or a character that no host name has is refused."""
    return is_malformed(ask.argument)


RULES: Final[tuple[AnyRule, ...]] = (name_is_malformed,)
