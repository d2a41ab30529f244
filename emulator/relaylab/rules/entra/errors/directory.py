"""The tenant that is asked."""

from __future__ import annotations

from typing import Final

from relaylab.rules.entra import sources
from relaylab.rules.entra.errors.making import error

_TENANT_NOT_FOUND: Final = (
    "Tenant '{tenant_name}' not found. Check to make sure you have the correct tenant ID and are signing into the "
    "correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions "
    "for the tenant."
)
TENANT_NOT_FOUND: Final = error(
    "tenant_not_found", 90002, "invalid_request", _TENANT_NOT_FOUND, sources.TENANT_NOT_FOUND
)
TENANT_NOT_FOUND_AT_DISCOVERY: Final = error(
    "tenant_not_found_at_discovery",
    90002,
    "invalid_tenant",
    _TENANT_NOT_FOUND,
    sources.TENANT_NOT_FOUND_AT_DISCOVERY,
)
TENANT_MALFORMED: Final = error(
    "tenant_malformed",
    900023,
    "invalid_request",
    "Specified tenant identifier '{tenant_name}' is neither a valid DNS name, nor a valid external domain.",
    sources.TENANT_MALFORMED,
)
CLIENT_CREDENTIALS_ON_COMMON: Final = error(
    "client_credentials_on_common",
    9001023,
    "invalid_request",
    "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or "
    "tenant-specific endpoint.",
    sources.CLIENT_CREDENTIALS_ON_COMMON,
)
DEVICE_CODE_ON_COMMON: Final = error(
    "device_code_on_common",
    90133,
    "invalid_request",
    "Device Code flow is not supported under /common or /consumers endpoint.",
    sources.DEVICE_CODE_ON_COMMON,
)
SINGLE_TENANT: Final = error(
    "single_tenant",
    50194,
    "invalid_request",
    "Application '{client_id}'({app_name}) is not configured as a multi-tenant application. Usage of the /common "
    "endpoint is not supported for such apps. Use a tenant-specific endpoint or configure the application to be "
    "multi-tenant.",
    sources.COMMON,
)
