"""MAIL FROM at the tenant MX: any sender is heard; what it may reach is decided later."""

from __future__ import annotations

from typing import Final

from relaylab.domain.asks import MailAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import limits, replies, sources
from relaylab.rules.mx import fixes

_rule = RuleMaker(Endpoint.MX, Stage.MAIL)


@_rule(
    EffectKind.REFUSE,
    replies.TOO_LARGE,
    asks=MailAsk,
    source=sources.MX_SIZE,
    fix=fixes.SEND_LESS,
)
def declared_size_is_too_large(ask: MailAsk) -> bool:
    """A message that announces more than 150 MiB is refused before it is sent."""
    return ask.declared_size is not None and ask.declared_size > limits.MESSAGE_SIZE


RULES: Final[tuple[AnyRule, ...]] = (declared_size_is_too_large,)
