"""The tables of an Azure Communication Services resource."""

from __future__ import annotations

from typing import Final

from relaylab.app.world_file import words
from relaylab.app.world_file.tables import many, one, table_of
from relaylab.domain import acs, acs_settings

_FEW: Final = words.whole_number(1)
_DOMAIN: Final = table_of(
    acs.EmailDomain,
    narrowed={"name": words.FULL_DOMAIN},
    below={"verification_states": one(table_of(acs.VerificationStates))},
)
_SMTP_USERNAME: Final = table_of(
    acs.SmtpUsername,
    narrowed={
        "name": words.SMTP_USERNAME_NAME,
        "entra_application_id": words.GUID,
        "tenant_id": words.GUID,
    },
)
_ROLE_ASSIGNMENT: Final = table_of(acs.RoleAssignment, narrowed={"assignee": words.GUID})
_SUPPRESSION_LIST: Final = table_of(acs.SuppressionList, narrowed={"domain": words.FULL_DOMAIN})
_LIMITS: Final = table_of(
    acs.AcsLimits,
    narrowed={
        "sends_per_minute": _FEW,
        "sends_per_hour": _FEW,
        "status_per_minute": _FEW,
        "status_per_hour": _FEW,
    },
)
_SECONDS: Final = words.whole_number(0, 86_400)
_REST: Final = table_of(
    acs_settings.RestInterface,
    narrowed={"seconds_to_send": _SECONDS, "retry_after": _SECONDS},
    below={
        "fault": many(
            "faults",
            table_of(
                acs_settings.RestFault,
                narrowed={
                    "times": _FEW,
                    "retry_after": words.whole_number(1, 86_400),
                    "seconds": words.whole_number(0, 3_600),
                },
            ),
        ),
    },
)
_EVENT_SUBSCRIPTION: Final = table_of(
    acs_settings.EventSubscription,
    narrowed={
        "endpoint": words.LOCAL_URL,
        "included_event_types": words.list_of(
            words.one_of(acs_settings.DELIVERY_REPORT, acs_settings.ENGAGEMENT_REPORT)
        ),
    },
)
ACS_RESOURCE: Final = table_of(
    acs.AcsResource,
    narrowed={
        "name": words.ACS_NAME,
        "linked_domains": words.list_of(words.FULL_DOMAIN),
        "subscription_id": words.GUID,
    },
    below={
        "domain": many("domains", _DOMAIN),
        "smtp_username": many("smtp_usernames", _SMTP_USERNAME),
        "role_assignment": many("role_assignments", _ROLE_ASSIGNMENT),
        "suppression_list": many("suppression_lists", _SUPPRESSION_LIST),
        "limits": one(_LIMITS),
        "rest": one(_REST),
        "event_subscription": many("event_subscriptions", _EVENT_SUBSCRIPTION),
    },
)
