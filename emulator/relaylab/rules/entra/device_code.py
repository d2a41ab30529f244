"""A device asks for a code that its user types in elsewhere."""

from __future__ import annotations

from typing import Final

from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.entra import DeviceAsk
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules.entra import errors, sources, twins

_rule = RuleMaker(Endpoint.ENTRA, Stage.DEVICE_CODE)

tenant_is_malformed = twins.TENANT_IS_MALFORMED.among(_rule, DeviceAsk)
tenant_is_unknown = twins.TENANT_IS_UNKNOWN.among(_rule, DeviceAsk)


@_rule(
    EffectKind.REFUSE,
    errors.DEVICE_CODE_ON_COMMON,
    asks=DeviceAsk,
    source=sources.DEVICE_CODE_ON_COMMON,
    under=(("device_code_on_common", "90133"),),
    fix="Use the tenant's id in place of {tenant_name}.",
)
def device_code_is_for_one_tenant(ask: DeviceAsk) -> bool:
    """Under one reading a device code is given by a tenant's own endpoint only."""
    return ask.is_common


parameter_is_missing = twins.PARAMETER_IS_MISSING.among(_rule, DeviceAsk)
application_is_unknown = twins.APPLICATION_IS_UNKNOWN.among(_rule, DeviceAsk)
application_is_disabled = twins.APPLICATION_IS_DISABLED.among(_rule, DeviceAsk)
resource_is_of_the_old_endpoint = twins.RESOURCE_IS_OF_THE_OLD_ENDPOINT.among(_rule, DeviceAsk)
application_is_not_for_consumers = twins.APPLICATION_IS_NOT_FOR_CONSUMERS.among(_rule, DeviceAsk)
application_is_of_one_tenant = twins.APPLICATION_IS_OF_ONE_TENANT.among(_rule, DeviceAsk)
scope_has_two_resources = twins.SCOPE_HAS_TWO_RESOURCES.among(_rule, DeviceAsk)
scope_has_no_resource = twins.SCOPE_HAS_NO_RESOURCE.among(_rule, DeviceAsk)
scope_is_invalid = twins.SCOPE_IS_INVALID.among(_rule, DeviceAsk)
resource_is_unknown = twins.RESOURCE_IS_UNKNOWN.among(_rule, DeviceAsk)

RULES: Final[tuple[AnyRule, ...]] = (
    tenant_is_malformed,
    tenant_is_unknown,
    device_code_is_for_one_tenant,
    resource_is_of_the_old_endpoint,
    parameter_is_missing,
    application_is_unknown,
    application_is_disabled,
    application_is_not_for_consumers,
    application_is_of_one_tenant,
    scope_has_two_resources,
    scope_has_no_resource,
    scope_is_invalid,
    resource_is_unknown,
)
