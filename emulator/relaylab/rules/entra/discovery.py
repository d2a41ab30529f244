"""The documents of a tenant: OpenID configuration and keys."""

from __future__ import annotations

from typing import Final

from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.entra import DiscoveryAsk
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules.entra import conditions, errors, sources

_rule = RuleMaker(Endpoint.ENTRA, Stage.DISCOVERY)

tenant_is_malformed = _rule(
    EffectKind.REFUSE,
    errors.TENANT_MALFORMED,
    asks=DiscoveryAsk,
    source=sources.TENANT_MALFORMED,
    fix=conditions.FIX_TENANT,
)(conditions.tenant_is_malformed)
tenant_is_unknown = _rule(
    EffectKind.REFUSE,
    errors.TENANT_NOT_FOUND_AT_DISCOVERY,
    asks=DiscoveryAsk,
    source=sources.TENANT_NOT_FOUND_AT_DISCOVERY,
    fix=conditions.FIX_TENANT,
)(conditions.tenant_is_unknown)

RULES: Final[tuple[AnyRule, ...]] = (tenant_is_malformed, tenant_is_unknown)
