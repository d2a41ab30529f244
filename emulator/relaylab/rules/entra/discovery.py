"""The documents of a tenant, OpenID configuration and keys; and whether a host is a cloud's."""

from __future__ import annotations

from typing import Final

from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.entra import DiscoveryAsk, InstanceAsk
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules.entra import errors, sources, twins

_rule = RuleMaker(Endpoint.ENTRA, Stage.DISCOVERY)

tenant_is_malformed = twins.TENANT_IS_MALFORMED.among(_rule, DiscoveryAsk)
tenant_is_unknown = twins.TENANT_IS_UNKNOWN_AT_DISCOVERY.among(_rule, DiscoveryAsk)


@_rule(
    EffectKind.REFUSE,
    errors.INSTANCE_REQUEST_MALFORMED,
    asks=InstanceAsk,
    source=sources.INSTANCE,
    fix="Send authorization_endpoint=https://HOST/TENANT/oauth2/v2.0/authorize in the query, percent-encoded.",
)
def instance_request_is_malformed(ask: InstanceAsk) -> bool:
    """Instance discovery asks about the https address of an authorize endpoint."""
    return not ask.instance


@_rule(
    EffectKind.REFUSE,
    errors.INSTANCE_UNKNOWN,
    asks=InstanceAsk,
    source=sources.INSTANCE,
    fix="Use login.microsoftonline.com, or the address at which relaylab serves, as the "
    "authority: {instance} is neither.",
)
def instance_is_unknown(ask: InstanceAsk) -> bool:
    """A host that is no cloud's own has no instance."""
    return not ask.is_known


RULES: Final[tuple[AnyRule, ...]] = (
    tenant_is_malformed,
    tenant_is_unknown,
    instance_request_is_malformed,
    instance_is_unknown,
)
