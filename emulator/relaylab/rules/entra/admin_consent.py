"""An administrator consents for a whole tenant: what must be right before the page is shown, and the answer."""

from __future__ import annotations

from typing import Final

from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.entra import AdminConsentAsk
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules.entra import errors, sources, twins
from relaylab.rules.entra.authorize import is_registered

_rule = RuleMaker(Endpoint.ENTRA, Stage.ADMIN_CONSENT)

tenant_is_malformed = twins.TENANT_IS_MALFORMED.among(_rule, AdminConsentAsk)
tenant_is_unknown = twins.TENANT_IS_UNKNOWN.among(_rule, AdminConsentAsk)
parameter_is_missing = twins.PARAMETER_IS_MISSING.among(_rule, AdminConsentAsk)
application_is_unknown = twins.APPLICATION_IS_UNKNOWN.among(_rule, AdminConsentAsk)
application_is_disabled = twins.APPLICATION_IS_DISABLED.among(_rule, AdminConsentAsk)
application_is_not_for_consumers = twins.APPLICATION_IS_NOT_FOR_CONSUMERS.among(_rule, AdminConsentAsk)
application_is_of_one_tenant = twins.APPLICATION_IS_OF_ONE_TENANT.among(_rule, AdminConsentAsk)


@_rule(
    EffectKind.REFUSE,
    errors.REDIRECT_URI,
    asks=AdminConsentAsk,
    source=sources.ADMIN_CONSENT_CHECKS,
    fix="Register {redirect_uri} with application {client_id} (redirect_uris), to the letter; of http://localhost the "
    "port does not matter.",
)
def redirect_uri_is_not_registered(ask: AdminConsentAsk) -> bool:
    """The administrator's browser is sent only to a redirect URI that the application registered."""
    return ask.app is not None and not is_registered(ask.redirect_uri, ask.app.redirect_uris)


@_rule(
    EffectKind.REFUSE,
    errors.ADMIN_CANCELED,
    asks=AdminConsentAsk,
    source=sources.ADMIN_CONSENT,
    fix="Accept for the organisation at the page of application {client_id}.",
)
def administrator_declines(ask: AdminConsentAsk) -> bool:
    """An administrator can leave the page without accepting."""
    return ask.declined


RULES: Final[tuple[AnyRule, ...]] = (
    tenant_is_malformed,
    tenant_is_unknown,
    parameter_is_missing,
    application_is_unknown,
    application_is_disabled,
    application_is_not_for_consumers,
    application_is_of_one_tenant,
    redirect_uri_is_not_registered,
    administrator_declines,
)
