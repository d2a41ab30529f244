"""The end of DATA at the tenant MX: what came over IPv6 must prove whom it is from (facts MX-ERR-26, COR-02)."""

from __future__ import annotations

from typing import Final

from relaylab.domain.asks import DataAsk
from relaylab.domain.authentication import AuthenticationResults, DkimResult, SpfResult
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import replies, sources
from relaylab.rules.mx import fixes

_rule = RuleMaker(Endpoint.MX, Stage.DATA)


def _proves_something(results: AuthenticationResults) -> bool:
    return results.spf.result is SpfResult.PASS or any(one.result is DkimResult.PASS for one in results.dkim)


@_rule(
    EffectKind.DEFER,
    replies.IPV6_NOT_AUTHENTICATED,
    asks=DataAsk,
    source=sources.IPV6_NOT_AUTHENTICATED,
    under=(("ipv6_not_authenticated", "defer"),),
    fix="Put ip6:{ip} into the SPF record of the domain of {envelope_sender}, or have the sender sign with DKIM. Or: "
    f"{fixes.USE_IPV4}.",
)
def ipv6_message_proves_nothing(ask: DataAsk) -> bool:
    """Mail that comes in over IPv6 passes SPF or DKIM, or is put off."""
    results = ask.authentication
    is_anonymous = not ask.attribution.may_relay and ask.peer.ip.version == 6
    return is_anonymous and results is not None and not _proves_something(results)


RULES: Final[tuple[AnyRule, ...]] = (ipv6_message_proves_nothing,)
