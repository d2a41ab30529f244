"""EHLO and HELO at smtp.azurecomm.net."""

from __future__ import annotations

from typing import Final

from relaylab.domain.asks import HelloAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import milestones, replies
from relaylab.rules.acs import fixes, smtp_sources, sources
from relaylab.rules.hello import is_malformed

_rule = RuleMaker(Endpoint.ACS_SMTP, Stage.CONNECT)


@_rule(
    EffectKind.DISCONNECT,
    replies.ACS_ENDED,
    asks=HelloAsk,
    source=sources.END_OF_EMAIL,
    since=milestones.ACS_EMAIL_ENDS,
    under=(("acs_smtp_after_the_end", "ehlo"),),
    fix=fixes.MOVE_ON,
)
def service_has_ended(ask: HelloAsk) -> bool:
    """Under one reading nobody is greeted any more once ACS Email has ended."""
    del ask
    return True


@_rule(
    EffectKind.REFUSE,
    replies.INVALID_NAME,
    asks=HelloAsk,
    source=smtp_sources.EXCHANGE_STYLE,
    fix="Give the client a host name without empty labels, spaces or special characters.",
)
def name_is_malformed(ask: HelloAsk) -> bool:
    """A name with an empty label or a character that no host name has is refused, as at Exchange Online."""
    return is_malformed(ask.argument)


RULES: Final[tuple[AnyRule, ...]] = (service_has_ended, name_is_malformed)
