"""What the recipients' anti-spoof policy refuses at the end of DATA (facts MX-DS-13, MX-GAP-22)."""

from __future__ import annotations

from typing import Final

from relaylab.domain.anti_spoof import Handling
from relaylab.domain.asks import DataAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.vouching import ONLY_YOURS
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import replies, sources

_rule = RuleMaker(Endpoint.MX, Stage.DATA)


@_rule(
    EffectKind.REFUSE,
    replies.DMARC_REJECTED,
    asks=DataAsk,
    source=sources.ANTI_SPOOF,
    rests_on=("compauth_implicit", "dmarc_discovery"),
    fix=f"Vouch for the sender: {{vouch}}; or, for a device of one's own, relay over a connector. {ONLY_YOURS}",
)
def sender_fails_dmarc_with_a_policy_of_reject(ask: DataAsk) -> bool:
    """Mail from outside that fails DMARC for a domain with p=reject is refused where the recipients honour that."""
    return ask.handling is Handling.REJECT and not ask.attribution.may_relay


RULES: Final[tuple[AnyRule, ...]] = (sender_fails_dmarc_with_a_policy_of_reject,)
