"""The documents of a tenant: OpenID configuration and keys."""

from __future__ import annotations

from typing import Final

from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.entra import DiscoveryAsk
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules.entra import twins

_rule = RuleMaker(Endpoint.ENTRA, Stage.DISCOVERY)

tenant_is_malformed = twins.TENANT_IS_MALFORMED.among(_rule, DiscoveryAsk)
tenant_is_unknown = twins.TENANT_IS_UNKNOWN_AT_DISCOVERY.among(_rule, DiscoveryAsk)

RULES: Final[tuple[AnyRule, ...]] = (tenant_is_malformed, tenant_is_unknown)
