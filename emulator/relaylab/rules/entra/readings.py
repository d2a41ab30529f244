"""Readings of Entra: where what is documented, what was seen and what clients expect differ."""

from __future__ import annotations

from typing import Final

from relaylab.engine.readings import Reading
from relaylab.rules import sources as exchange
from relaylab.rules.entra import sources

_ERRORS: Final = (
    ("invalid_grant", "invalid_grant, with the cause in suberror or claims"),
    ("interaction_required", "interaction_required, as some public code and test data have it"),
)

READINGS: Final = (
    Reading(
        "refresh_without_scope",
        "Is a refresh token redeemed by a request without a scope? A proxy in wide use sends none; another project "
        "was answered AADSTS900144.",
        (("accepted", "with the scope of the sign-in"), ("900144", "AADSTS900144: the scope is missing")),
        "accepted",
        sources.REFRESH_WITHOUT_SCOPE,
    ),
    Reading(
        "second_factor_error",
        "Which OAuth error goes with AADSTS50076 and 50079?",
        _ERRORS,
        "invalid_grant",
        sources.SECOND_FACTOR,
    ),
    Reading("consent_error", "Which OAuth error goes with AADSTS65001?", _ERRORS, "invalid_grant", sources.NO_CONSENT),
    Reading(
        "conditional_access_error",
        "Which OAuth error goes with AADSTS53003 where a user is blocked?",
        _ERRORS,
        "invalid_grant",
        sources.CONDITIONAL_ACCESS,
    ),
    Reading(
        "authorization_pending_text",
        "What is a device told whose user has not signed in yet? Three texts are known of AADSTS70016.",
        (
            ("continue_polling", "Authorization is pending. Continue polling."),
            ("end_user", "Pending end-user authorization., as at the v1.0 endpoint"),
        ),
        "continue_polling",
        sources.PENDING,
    ),
    Reading(
        "user_token_for_another_mailbox",
        "Does a user's token open a mailbox of somebody else? The documentation allows it for shared mailboxes; a "
        "diagnostic tool calls any mismatch invalid.",
        (("full_access", "with FullAccess on it"), ("refused", "never")),
        "full_access",
        exchange.OAUTH_OTHER_USER,
    ),
)
