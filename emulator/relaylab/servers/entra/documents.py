"""The documents that clients read before they ask for anything."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any, Final

# The hosts that MSAL takes for Entra's without asking (fact OA-EP-10).
CLOUDS: Final = frozenset(
    [
        "login.microsoftonline.com",
        "login.microsoft.com",
        "login.windows.net",
        "sts.windows.net",
        "login.chinacloudapi.cn",
        "login.partner.microsoftonline.cn",
        "login.microsoftonline.de",
        "login-us.microsoftonline.com",
        "login.microsoftonline.us",
        "login.usgovcloudapi.net",
        "login.sovcloud-identity.fr",
        "login.sovcloud-identity.de",
        "login.sovcloud-identity.sg",
    ]
)
_SELF: Final = ("login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net")


def openid_configuration(base: str, tenant: str, name: str, *, is_v1: bool) -> dict[str, Any]:
    """Give the OpenID configuration (facts OA-EP-05 to OA-EP-07); ``tenant`` is an id or common, ``name`` as asked for.

    The endpoints name the tenant by its id even where its domain was asked for, as clients read it from there.
    """
    version = "" if is_v1 else "/v2.0"
    oauth = f"{base}/{tenant}/oauth2{version}"
    issuer = f"{base}/{'{tenantid}' if tenant == name and '-' not in tenant else tenant}"
    return {
        "token_endpoint": f"{oauth}/token",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": f"{base}/{tenant}/discovery{version}/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": f"{issuer}/" if is_v1 else f"{issuer}/v2.0",
        "authorization_endpoint": f"{oauth}/authorize",
        "device_authorization_endpoint": f"{oauth}/devicecode",
        "end_session_endpoint": f"{oauth}/logout",
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "ver"],
        "tenant_region_scope": "EU",
        "cloud_instance_name": "microsoftonline.com",
    }


def is_this_machine(host: str) -> bool:
    """Tell whether a host is one of the names that every machine has for itself."""
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def instance_discovery(base: str, host: str, tenant: str) -> dict[str, Any]:
    """Give the answer of instance discovery, in which this emulator is a cloud of its own (fact OA-EP-08)."""
    aliases = list(dict.fromkeys((host, *_SELF)))
    return {
        "tenant_discovery_endpoint": f"{base}/{tenant}/v2.0/.well-known/openid-configuration",
        "api-version": "1.1",
        "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": aliases}],
    }


def user_realm(user: str, *, is_known: bool) -> dict[str, Any]:
    """Give the answer of user realm discovery: every domain of the world is managed (fact OA-EP-11)."""
    domain = user.rpartition("@")[2]
    kind = {"account_type": "Managed"} if is_known else {"account_type": "Unknown"}
    return {"ver": "1.0", **kind, "domain_name": domain, "cloud_instance_name": "microsoftonline.com"}
