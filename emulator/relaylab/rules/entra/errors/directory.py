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
    "Application '{client_id}'({app_name}) is not configured as a multi-tenant application. Usage of the "
    "/{tenant_name} endpoint is not supported for such apps. Use a tenant-specific endpoint or configure the "
    "application to be multi-tenant.",
    sources.COMMON,
)
NOT_FOR_CONSUMERS: Final = error(
    "not_for_consumers",
    9002332,
    "invalid_request",
    "Application '{client_id}'({app_name}) is configured for use by Azure Active Directory users only. Please do not "
    "use the /consumers endpoint to serve this request.",
    sources.NOT_FOR_CONSUMERS,
)
INSTANCE_UNKNOWN: Final = error(
    "instance_unknown",
    50049,
    "invalid_instance",
    "Unknown or invalid instance: {instance} is no host of a Microsoft cloud, nor of this one.",
    sources.INSTANCE,
)
INSTANCE_REQUEST_MALFORMED: Final = error(
    "instance_request_malformed",
    50050,
    "invalid_request",
    "The discovery request is malformed: 'authorization_endpoint' must be the https address of an authorize endpoint.",
    sources.INSTANCE,
)
