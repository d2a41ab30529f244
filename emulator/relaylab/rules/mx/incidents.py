"""RCPT TO at the tenant MX: what goes wrong inside the service for a tenant, and passes by itself.

That these come here is inferred (TEMPORARY_ERRORS_STAGE): the tenant whose mail it is, is known at RCPT.
"""

from __future__ import annotations

from typing import Final

from relaylab.domain.asks import RcptAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.tenant import MailFlowIncident
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import replies, sources

_rule = RuleMaker(Endpoint.MX, Stage.RCPT)
_WAIT: Final = "Wait: the service mends it by itself, and a sender with a queue tries again. "
_SEE: Final = f"{_WAIT}Service health in the admin center of tenant {{tenant}} tells of incidents."


def _has(ask: RcptAsk, incident: MailFlowIncident) -> bool:
    """Tell whether the tenant whose mail it is, the sender's for a relay and else the recipient's, has it."""
    tenant = ask.attribution.tenant or ask.recipient.tenant
    return tenant is not None and tenant.mail_flow_incident is incident


@_rule(EffectKind.DEFER, replies.TEMPORARY_ERROR, asks=RcptAsk, source=sources.TEMPORARY_ERRORS_STAGE, fix=_SEE)
def tenant_s_server_has_an_error(ask: RcptAsk) -> bool:
    """Mail for a tenant whose servers fail for a while is put off."""
    return _has(ask, MailFlowIncident.SERVER_ERROR)


@_rule(
    EffectKind.DEFER, replies.TEMPORARY_DIRECTORY_ERROR, asks=RcptAsk, source=sources.TEMPORARY_ERRORS_STAGE, fix=_SEE
)
def tenant_cannot_be_looked_up(ask: RcptAsk) -> bool:
    """Mail for a tenant that the directory does not find for a while is put off."""
    return _has(ask, MailFlowIncident.DIRECTORY_ERROR)


@_rule(EffectKind.DEFER, replies.UNABLE_TO_RELAY, asks=RcptAsk, source=sources.TEMPORARY_ERRORS_STAGE, fix=_SEE)
def tenant_s_mail_cannot_be_relayed_now(ask: RcptAsk) -> bool:
    """Mail for a tenant that cannot be handed on inside the service is put off; that is rare."""
    return _has(ask, MailFlowIncident.UNABLE_TO_RELAY)


@_rule(EffectKind.DEFER, replies.NO_RESOURCES, asks=RcptAsk, source=sources.TEMPORARY_ERRORS_STAGE, fix=_SEE)
def server_has_no_resources(ask: RcptAsk) -> bool:
    """Mail for a tenant whose servers are short of resources is put off."""
    return _has(ask, MailFlowIncident.NO_RESOURCES)


@_rule(
    EffectKind.DEFER,
    replies.QUEUE_QUOTA,
    asks=RcptAsk,
    source=sources.TEMPORARY_ERRORS_STAGE,
    fix=f"{_WAIT}Where it lasts, find what fills the queue of tenant {{tenant}}: a loop, or a burst of one sender.",
)
def tenant_s_queue_is_full(ask: RcptAsk) -> bool:
    """Mail for a tenant with more waiting than its quota allows is put off."""
    return _has(ask, MailFlowIncident.QUEUE_QUOTA)


RULES: Final[tuple[AnyRule, ...]] = (
    tenant_s_server_has_an_error,
    tenant_cannot_be_looked_up,
    tenant_s_mail_cannot_be_relayed_now,
    server_has_no_resources,
    tenant_s_queue_is_full,
)
