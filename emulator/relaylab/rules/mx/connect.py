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


@_rule(
    EffectKind.REFUSE,
    replies.BAD_HELO,
    asks=HelloAsk,
    source=sources.BAD_HELO,
    fix="Have the sender name itself in EHLO, not the server that it talks to.",
)
def name_is_the_server_s_own(ask: HelloAsk) -> bool:
    """A client that gives the server's own name for its own is refused."""
    return ask.server_name != "" and ask.argument.lower() == ask.server_name.lower()


RULES: Final[tuple[AnyRule, ...]] = (name_is_malformed, name_is_the_server_s_own)
