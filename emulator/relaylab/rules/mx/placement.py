"""Where a copy of accepted mail goes by the recipients' anti-spoof policy (facts MX-DS-13, MX-GAP-22).

What no rule places goes to the Inbox, as far as authentication is concerned. A tenant that mail reaches from another
tenant of the world judges it as what comes from anywhere else: there p=reject comes back as a report.
"""

from __future__ import annotations

from typing import Final

from relaylab.domain.anti_spoof import Handling
from relaylab.domain.asks import DeliveryAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.vouching import ONLY_YOURS
from relaylab.domain.world import Standing
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import replies, sources
from relaylab.rules.mx import fixes

_rule = RuleMaker(Endpoint.MX, Stage.DELIVERY)
_RESTS_ON: Final = ("compauth_implicit", "dmarc_discovery", "unrecorded_sender")
_VOUCH: Final = "Vouch for the sender: {vouch}"


@_rule(
    EffectKind.BOUNCE,
    replies.UNKNOWN_RECIPIENT,
    asks=DeliveryAsk,
    source=sources.ANOTHER_TENANT,
    fix=fixes.CORRECT_THE_RECIPIENT,
)
def recipient_is_unknown_to_another_tenant(ask: DeliveryAsk) -> bool:
    """A recipient whom another tenant does not know is refused at that tenant's edge, and comes back."""
    return ask.is_for_another_tenant and ask.recipient.standing is Standing.UNKNOWN


@_rule(
    EffectKind.BOUNCE,
    replies.DMARC_REJECTED,
    asks=DeliveryAsk,
    source=sources.ANOTHER_TENANT,
    rests_on=_RESTS_ON,
    fix="Have Exchange Online sign for {signing_domain} (New-DkimSigningConfig, and its two CNAME records), or put "
    "include:spf.protection.outlook.com into its SPF record.",
)
def another_tenant_refuses_what_fails_a_policy_of_reject(ask: DeliveryAsk) -> bool:
    """What reaches another tenant and fails DMARC there for a domain with p=reject is refused, and comes back."""
    return ask.is_for_another_tenant and ask.handling is Handling.REJECT


@_rule(
    EffectKind.JUNK,
    None,
    asks=DeliveryAsk,
    source=sources.RELAYED_AND_REJECTED,
    rests_on=_RESTS_ON,
    fix=f"{_VOUCH}.",
)
def relayed_mail_that_fails_a_policy_of_reject_goes_to_junk(ask: DeliveryAsk) -> bool:
    """Mail over a connector is never refused; where a policy of reject fails, the recipient finds it in Junk."""
    return ask.attribution.may_relay and ask.handling is Handling.REJECT


@_rule(
    EffectKind.QUARANTINE,
    None,
    asks=DeliveryAsk,
    source=sources.ANTI_SPOOF,
    rests_on=_RESTS_ON,
    fix=f"{_VOUCH}; or Set-AntiPhishPolicy -DmarcQuarantineAction and -DmarcRejectAction. {ONLY_YOURS}",
)
def failing_dmarc_is_quarantined(ask: DeliveryAsk) -> bool:
    """Mail that fails DMARC for a domain that asks for quarantine or reject is quarantined where the policy says so."""
    return ask.fails_dmarc_explicitly and ask.handling is Handling.QUARANTINE


@_rule(
    EffectKind.JUNK,
    None,
    asks=DeliveryAsk,
    source=sources.ANTI_SPOOF,
    rests_on=_RESTS_ON,
    fix=f"{_VOUCH}; or Set-AntiPhishPolicy -HonorDmarcPolicy and -AuthenticationFailAction. {ONLY_YOURS}",
)
def failing_dmarc_goes_to_junk(ask: DeliveryAsk) -> bool:
    """Mail that fails DMARC for a domain that asks for quarantine or reject goes to Junk where the policy says so."""
    return ask.fails_dmarc_explicitly and ask.handling is Handling.JUNK


@_rule(
    EffectKind.QUARANTINE,
    None,
    asks=DeliveryAsk,
    source=sources.ANTI_SPOOF,
    rests_on=_RESTS_ON,
    fix=f"{_VOUCH}; or Set-AntiPhishPolicy -AuthenticationFailAction MoveToJmf. {ONLY_YOURS}",
)
def spoof_is_quarantined(ask: DeliveryAsk) -> bool:
    """Mail that nothing vouches for is quarantined where AuthenticationFailAction says so."""
    return ask.handling is Handling.QUARANTINE


@_rule(
    EffectKind.JUNK,
    None,
    asks=DeliveryAsk,
    source=sources.ANTI_SPOOF,
    rests_on=_RESTS_ON,
    fix=f"{_VOUCH}; or Set-AntiPhishPolicy -EnableSpoofIntelligence $false. {ONLY_YOURS}",
)
def spoof_goes_to_junk(ask: DeliveryAsk) -> bool:
    """Mail that nothing vouches for goes to Junk, unless the policy quarantines it or looks for no spoofs."""
    return ask.handling is Handling.JUNK


FIRST: Final[tuple[AnyRule, ...]] = (recipient_is_unknown_to_another_tenant,)
LAST: Final[tuple[AnyRule, ...]] = (
    another_tenant_refuses_what_fails_a_policy_of_reject,
    relayed_mail_that_fails_a_policy_of_reject_goes_to_junk,
    failing_dmarc_is_quarantined,
    failing_dmarc_goes_to_junk,
    spoof_is_quarantined,
    spoof_goes_to_junk,
)
RULES: Final[tuple[AnyRule, ...]] = (*FIRST, *LAST)
