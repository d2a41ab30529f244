"""The tables of the world file, each derived from its noun.

What stands here is only what the file says differently from the noun: which tables hold which, under which key, and
where a value is narrower than its type.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import NAMESPACE_DNS, uuid5

from relaylab.app.world_file import roots, words
from relaylab.app.world_file.acs import ACS_RESOURCE
from relaylab.app.world_file.tables import many, one, table_of
from relaylab.domain import (
    anti_spoof,
    connector,
    directory,
    estate,
    hve,
    keeping,
    recipients,
    reputation,
    tenant,
    world,
)
from relaylab.domain.tenant import MB


def directory_id(values: Mapping[str, object]) -> str:
    """Derive the id of a tenant that states none: the same name has the same id in every world."""
    return str(uuid5(NAMESPACE_DNS, f"{values['name']}.onmicrosoft.com".lower()))


_APP_ID: Final = {"app_id": words.GUID}
_ACCEPTED_DOMAIN: Final = table_of(
    tenant.AcceptedDomain, narrowed={"name": words.FULL_DOMAIN, "mail_exchange": words.FULL_DOMAIN}
)
_DNS: Final = table_of(
    world.DnsRecord, narrowed={"name": words.DNS_NAME, "type": words.DNS_TYPE, "value": words.DNS_VALUE}
)
_MAILBOX: Final = table_of(
    tenant.Mailbox,
    narrowed={
        "recipient_limits": words.whole_number(1, 1000),  # Set-Mailbox, RecipientLimits (fact CS-LIM-08)
        "max_send_size": words.whole_number(1, 150 * MB),  # Set-Mailbox, MaxSendSize (fact CS-LIM-09)
    },
)
_RECIPIENT_PERMISSION: Final = table_of(
    tenant.RecipientPermission,
    narrowed={"access_rights": words.list_of(words.ACCESS_RIGHT, at_least=1)},
)
_INBOUND_CONNECTOR: Final = table_of(
    connector.InboundConnector,
    narrowed={
        "sender_domains": words.list_of(words.SENDER_DOMAIN),
        "tls_sender_certificate_name": words.CERTIFICATE_NAME,
    },
)
_APP_REGISTRATION: Final = table_of(
    directory.AppRegistration,
    narrowed=_APP_ID | {"service_principal_id": words.GUID},
    below={
        "password_credential": many("password_credentials", table_of(directory.PasswordCredential)),
        "key_credential": many(
            "key_credentials",
            table_of(directory.KeyCredential, narrowed={"key": words.CERTIFICATE, "thumbprint": words.THUMBPRINT}),
        ),
    },
)
_SERVICE_PRINCIPAL: Final = table_of(directory.ServicePrincipal, narrowed=_APP_ID | {"object_id": words.GUID})
_HVE_ACCOUNT: Final = table_of(hve.HveAccount, narrowed={"allowed_apps": words.list_of(words.GUID)})
_MAILBOX_PERMISSION: Final = table_of(
    directory.MailboxPermission, narrowed={"access_rights": words.list_of(words.one_of("FullAccess"), at_least=1)}
)
_ROLE_ASSIGNMENT: Final = table_of(
    directory.ManagementRoleAssignment, narrowed={"app": words.GUID, "role": words.one_of(directory.RBAC_ROLE)}
)
_TRUSTED_ISSUER: Final = table_of(directory.TrustedIssuer, narrowed={"jwks": words.JWKS})
_TOKEN_SERVICE: Final = table_of(
    directory.TokenService,
    narrowed={
        "access_token_lifetime": words.whole_number(1, 86_400),
        "device_code_lifetime": words.whole_number(1, 86_400),
        "device_code_interval": words.whole_number(1, 60),
    },
)
_TOKEN_FAULT: Final = table_of(
    directory.TokenFault,
    narrowed=_APP_ID | {"times": words.whole_number(1), "seconds": words.whole_number(0, 3_600)},
)
_CONDITIONAL_ACCESS_POLICY: Final = table_of(
    tenant.ConditionalAccessPolicy, narrowed={"include_service_principals": words.list_of(words.GUID)}
)

TENANT: Final = table_of(
    tenant.Tenant,
    narrowed={"name": words.TENANT_NAME, "id": words.GUID},
    derived={"id": directory_id},
    below={
        "transport_config": one(table_of(tenant.TransportConfig)),
        "organization_config": one(table_of(tenant.OrganizationConfig)),
        "anti_phish_policy": one(table_of(anti_spoof.AntiPhishPolicy)),
        "hosted_connection_filter_policy": one(table_of(recipients.HostedConnectionFilterPolicy)),
        "tenant_allow_block_list": one(table_of(recipients.TenantAllowBlockList)),
        "tenant_allow_block_list_spoof_item": many(
            "tenant_allow_block_list_spoof_items", table_of(recipients.SpoofItem)
        ),
        "accepted_domain": many("accepted_domains", _ACCEPTED_DOMAIN),
        "mailbox": many("mailboxes", _MAILBOX),
        "recipient_permission": many("recipient_permissions", _RECIPIENT_PERMISSION),
        "authentication_policy": many("authentication_policies", table_of(tenant.AuthenticationPolicy)),
        "conditional_access_policy": many("conditional_access_policies", _CONDITIONAL_ACCESS_POLICY),
        "distribution_group": many("distribution_groups", table_of(tenant.DistributionGroup)),
        "dynamic_distribution_group": many(
            "dynamic_distribution_groups", table_of(recipients.DynamicDistributionGroup)
        ),
        "mail_user": many("mail_users", table_of(recipients.MailUser)),
        "mail_contact": many("mail_contacts", table_of(tenant.MailContact)),
        "inbound_connector": many("inbound_connectors", _INBOUND_CONNECTOR),
        "app_registration": many("app_registrations", _APP_REGISTRATION),
        "service_principal": many("service_principals", _SERVICE_PRINCIPAL),
        "mailbox_permission": many("mailbox_permissions", _MAILBOX_PERMISSION),
        "management_role_assignment": many("management_role_assignments", _ROLE_ASSIGNMENT),
        "trusted_issuer": many("trusted_issuers", _TRUSTED_ISSUER),
        "token_service": one(_TOKEN_SERVICE),
        "token_fault": many("token_faults", _TOKEN_FAULT),
        "token": many("tokens", table_of(tenant.FixedToken, narrowed=_APP_ID)),
        "hve_account": many("hve_accounts", _HVE_ACCOUNT),
        "acs_resource": many("acs_resources", ACS_RESOURCE),
    },
)

_SENDER: Final = table_of(
    estate.Sender,
    renamed={"from": "from_address"},
    narrowed=_APP_ID
    | {
        "to": words.list_of(words.ADDRESS, at_least=1),
        "messages_per_day": words.whole_number(1),
    },
)

_KEEP: Final = table_of(
    keeping.Keeping,
    narrowed=dict.fromkeys(("messages", "mebibytes", "events"), words.whole_number(1)),
)

WORLD: Final = table_of(
    world.World,
    narrowed={"readings": words.named(words.NAME), "milestones": words.named(words.MILESTONE)},
    below={
        "tenant": many("tenants", TENANT),
        "site": many("sites", table_of(estate.Site, narrowed={"name": words.SITE_NAME})),
        "dns": many("dns", _DNS),
        "trusted_root": many("trusted_roots", table_of(world.TrustedRoot, narrowed={"pem": roots.PEM})),
        "sender": many("senders", _SENDER),
        "reputation": many("reputations", table_of(reputation.SenderReputation)),
        "keep": one(_KEEP),
    },
)


def world_schema() -> dict[str, Any]:
    """Give the JSON schema of a world file; a date in it may be a TOML date or an ISO text."""
    schema = WORLD.keys.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema | {"title": "relaylab world file"}
