"""A device asks for a code that its user types in elsewhere."""

from __future__ import annotations

from typing import Final

from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.entra import DeviceAsk
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules.entra import conditions, errors, sources

_rule = RuleMaker(Endpoint.ENTRA, Stage.DEVICE_CODE)

tenant_is_malformed = _rule(
    EffectKind.REFUSE,
    errors.TENANT_MALFORMED,
    asks=DeviceAsk,
    source=sources.TENANT_MALFORMED,
    fix=conditions.FIX_TENANT,
)(conditions.tenant_is_malformed)
tenant_is_unknown = _rule(
    EffectKind.REFUSE,
    errors.TENANT_NOT_FOUND,
    asks=DeviceAsk,
    source=sources.TENANT_NOT_FOUND,
    fix=conditions.FIX_TENANT,
)(conditions.tenant_is_unknown)


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


parameter_is_missing = _rule(
    EffectKind.REFUSE,
    errors.MISSING_PARAMETER,
    asks=DeviceAsk,
    source=sources.MISSING_PARAMETER,
    fix="Send the parameter {missing} in the form.",
)(conditions.parameter_is_missing)
application_is_unknown = _rule(
    EffectKind.REFUSE,
    errors.APP_NOT_FOUND,
    asks=DeviceAsk,
    source=sources.APP_NOT_FOUND,
    fix=conditions.FIX_APP,
)(conditions.application_is_unknown)
application_is_disabled = _rule(
    EffectKind.REFUSE,
    errors.APP_DISABLED,
    asks=DeviceAsk,
    source=sources.APP_DISABLED,
    fix=conditions.FIX_APP_DISABLED,
)(conditions.application_is_disabled)
application_is_of_one_tenant = _rule(
    EffectKind.REFUSE,
    errors.SINGLE_TENANT,
    asks=DeviceAsk,
    source=sources.COMMON,
    fix=conditions.FIX_MULTI_TENANT,
)(conditions.application_is_of_one_tenant)
scope_has_two_resources = _rule(
    EffectKind.REFUSE,
    errors.TWO_RESOURCES,
    asks=DeviceAsk,
    source=sources.TWO_RESOURCES,
    fix=conditions.FIX_SCOPE,
)(conditions.scope_has_two_resources)
scope_has_no_resource = _rule(
    EffectKind.REFUSE,
    errors.SCOPE_WITHOUT_RESOURCE,
    asks=DeviceAsk,
    source=sources.SCOPE_INVALID,
    fix=conditions.FIX_SCOPE,
)(conditions.scope_has_no_resource)
scope_is_invalid = _rule(
    EffectKind.REFUSE,
    errors.SCOPE_INVALID,
    asks=DeviceAsk,
    source=sources.SCOPE_INVALID,
    fix=conditions.FIX_SCOPE,
)(conditions.scope_is_invalid)
resource_is_unknown = _rule(
    EffectKind.REFUSE,
    errors.RESOURCE_NOT_FOUND,
    asks=DeviceAsk,
    source=sources.RESOURCE_NOT_FOUND,
    fix=conditions.FIX_SCOPE,
)(conditions.resource_is_unknown)

RULES: Final[tuple[AnyRule, ...]] = (
    tenant_is_malformed,
    tenant_is_unknown,
    device_code_is_for_one_tenant,
    parameter_is_missing,
    application_is_unknown,
    application_is_disabled,
    application_is_of_one_tenant,
    scope_has_two_resources,
    scope_has_no_resource,
    scope_is_invalid,
    resource_is_unknown,
)
