"""What becomes of an accepted message: Succeeded, unless something here stands in the way."""

from __future__ import annotations

from typing import Final

from relaylab.domain.acs_rest import OutcomeAsk
from relaylab.domain.acs_settings import RestFaultKind
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules.acs_rest import errors, sources

_rule = RuleMaker(Endpoint.ACS_REST, Stage.OUTCOME)
_BAD_DAY: Final = "Send it again as a new operation; here it is a [[tenant.acs_resource.rest.fault]] of the world."


@_rule(EffectKind.BOUNCE, errors.CANCELED, asks=OutcomeAsk, source=sources.CANCELED, fix=_BAD_DAY)
def operation_is_canceled(ask: OutcomeAsk) -> bool:
    """The service can cancel an operation."""
    return ask.fault is not None and ask.fault.kind is RestFaultKind.CANCELED


@_rule(EffectKind.BOUNCE, errors.DROPPED, asks=OutcomeAsk, source=sources.DROPPED, fix=_BAD_DAY)
def message_is_dropped(ask: OutcomeAsk) -> bool:
    """The service can give a message up after several attempts."""
    return ask.fault is not None and ask.fault.kind is RestFaultKind.DROPPED


@_rule(
    EffectKind.BOUNCE,
    errors.ALL_SUPPRESSED,
    asks=OutcomeAsk,
    source=sources.SUPPRESSED,
    fix="Take the recipients off the suppression lists of {resource}; one that bounced is free again when its lease of "
    "1 to 14 days ends without a send.",
)
def all_recipients_are_suppressed(ask: OutcomeAsk) -> bool:
    """A message all of whose recipients are suppressed goes nowhere."""
    return ask.suppressed >= ask.recipients


RULES: Final[tuple[AnyRule, ...]] = (operation_is_canceled, message_is_dropped, all_recipients_are_suppressed)
