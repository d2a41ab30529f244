"""RCPT TO at the tenant MX: what stands against mail to one recipient, whoever sends it; a relay is not asked."""

from __future__ import annotations

from typing import Final

from relaylab.domain.asks import RcptAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.reputation import SenderState
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import replies, sources
from relaylab.rules.mx import fixes

_rule = RuleMaker(Endpoint.MX, Stage.RCPT)


def _is(ask: RcptAsk, state: SenderState) -> bool:
    return not ask.attribution.may_relay and not ask.recipient.is_outside and ask.recipient_state is state


@_rule(
    EffectKind.REFUSE,
    replies.RECIPIENT_REFUSED,
    asks=RcptAsk,
    source=sources.RECIPIENT_STATES,
    fix=fixes.CORRECT_THE_RECIPIENT,
)
def recipient_is_refused(ask: RcptAsk) -> bool:
    """A recipient whose address the service refuses takes no mail that comes in."""
    return _is(ask, SenderState.RECIPIENT_REFUSED)


@_rule(
    EffectKind.REFUSE,
    replies.BANNED_RECIPIENT,
    asks=RcptAsk,
    source=sources.RECIPIENT_STATES,
    fix="Ask Microsoft support to lift the ban on {recipient}, or write to another address.",
)
def recipient_is_banned(ask: RcptAsk) -> bool:
    """A recipient that Microsoft has banned takes no mail that comes in."""
    return _is(ask, SenderState.RECIPIENT_BANNED)


@_rule(
    EffectKind.REFUSE,
    replies.REJECTED_BY_RECIPIENT,
    asks=RcptAsk,
    source=sources.RECIPIENT_STATES,
    fix="Ask whoever owns {recipient} to let {sender} and {ip} in: the organisation blocks one of them.",
)
def recipient_rejects_the_sender(ask: RcptAsk) -> bool:
    """A recipient whose organisation rejects the sender takes no mail of it."""
    return _is(ask, SenderState.REJECTED_BY_RECIPIENT)


RULES: Final[tuple[AnyRule, ...]] = (recipient_is_refused, recipient_is_banned, recipient_rejects_the_sender)
